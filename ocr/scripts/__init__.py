"""Text rules of scripts other than Latin and Han, with their word lists beside them. Pure."""
