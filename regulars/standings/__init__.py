"""Standings: where each person stands with the shop, and why, in words.

Owns one standing a person (facts, dates, grades, group), its monthly history, and what an owner remembers of people
without orders. Grades everyone nightly, on demand and after an import, from a rebuildable copy of the orders. Posts
StandingsChanged. Hears the purchases, intake and people rooms. What is known of the shop's unknown customers (buckets)
stays out of grades.
"""
