"""A right and a wrong client on each of the libraries, to be judged over every transport."""
