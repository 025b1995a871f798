"""What shows who somebody is: passwords and second factors."""
