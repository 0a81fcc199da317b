"""How alike two records of people are: what is compared, which of a million are compared at all, and what it weighs.

Pure: no Django, no database. `facts` makes a record comparable, `keys` says with whom it is compared, `names`,
`reach` and `weighing` compare two and say in codes what speaks for one person and what against.
"""
