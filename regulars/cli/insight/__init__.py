"""What `regulars insight` does: any order file becomes orders, orders become people, people become an answer.

reading (files into rows of text), columns (which column is what), orders (rows into orders, refunds to their orders),
engines (orders as a frame of the engine asked for), people (one row a person), answer (what is said with --json),
words (the same for an owner), page (the report), stages (what is being done meanwhile).
"""
