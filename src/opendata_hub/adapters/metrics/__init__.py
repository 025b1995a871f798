"""What is counted while the hub runs, in the words of Prometheus."""
