"""Lists and watches of the resources."""
