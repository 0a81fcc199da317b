"""The demo boutique: two years of custom for the named cast and some four hundred invented people, from one seed."""
