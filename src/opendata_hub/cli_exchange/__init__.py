"""Commands about catalogues elsewhere: what is read from them and what is brought to them."""
