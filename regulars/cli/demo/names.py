"""Invented people's names, as a small town's customers have them; an underscore stands for a space within a name."""

from __future__ import annotations

GIVEN = """
Aoife Niamh Ciara Siobhán Gráinne Orla Róisín Maeve Sinéad Deirdre Una Bríd Clodagh Fionnuala Caoimhe Emer Nora
Kathleen Bridget Eileen Seán Pádraig Cormac Eoin Declan Fergal Colm Donal Ronan Tadhg Conor Brendan Oisín Cillian Liam
Niall Sarah Emma Hannah Grace Lucy Claire Helen Ruth Judith Alice Martha Frances Joan Margaret Susan Carol Diane
Rachel Naomi Esther Thomas Michael Peter Simon Andrew Martin Philip Edward Hugh George Agnieszka Katarzyna Małgorzata
Zofia Łucja Tomasz Piotr Wojciech Paweł Ewa Inés Lucía Carmen Beatriz Paula Diego Rafael Álvaro Chiara Giulia
Francesca Matteo Élodie Camille Manon Amélie Benoît Zsuzsanna Eszter Gábor Ioana Andreea Radu Tereza Šárka Adaeze
Chidinma Ngozi Olumide Funmilayo Priya Anjali Meera Rohan Fatima Leila Yasmin Anneke Femke Lotte Jonas Freja Signe
Linnéa Mei Yuki Hana Jiwoo
""".split()

FAMILY = """
Murphy Kelly O’Sullivan Walsh Byrne Ryan O’Connor Doyle McCarthy Gallagher Doherty Kennedy Lynch Murray Quinn Moore
McLoughlin Carroll Connolly Daly Connell Wilson Dunne Brennan Burke Collins Campbell Clarke Johnston Hughes Farrell
Fitzgerald Brown Martin Maguire Nolan Flynn Thompson Callaghan Duffy Mahony Boyle Healy Shea White Sweeney Hayes
Kavanagh Power McGrath Moran Brady Stewart Casey Foley Fitzpatrick Leary McDonnell McMahon Donnelly Regan Donovan
Burns Flanagan Mullan Barry Kane Robinson Cunningham Griffin Kenny Sheehan Ward Whelan Lyons Reid Graham Higgins
Cullen Keane King Maher MacKenna Bell Scott Hogan Keeffe Magee MacNamara Joyce Egan Costello Kowalska Wiśniewski
Błaszczyk Zielińska Nowak Dąbrowska García Fernández Ibáñez Rossi Bianchi Conti Lefèvre Moreau Noordman de_Vries Nagy
Szőke Popescu Ionescu Dvořáková Okafor Adeyemi Balogun Nair Sharma Patel Rahman Haddad Lindqvist Jensen Tanaka Sato
Kim Chen
""".split()

STREETS = """
Shop_Street Quay_Street Mainguard_Street Prospect_Hill Taylor’s_Hill Salthill_Road Nuns_Island Dominick_Street
St_Mary’s_Road College_Road Father_Griffin_Road Newcastle_Road Threadneedle_Road Dock_Road Woodquay Henry_Street
""".split()

TOWNS = ["Galway", "Galway", "Galway", "Oranmore", "Barna", "Moycullen", "Athenry", "Kinvara", "Spiddal", "Tuam"]
EIRCODE = {
    "Galway": "H91",
    "Oranmore": "H91",
    "Barna": "H91",
    "Moycullen": "H91",
    "Spiddal": "H91",
    "Kinvara": "H91",
    "Athenry": "H65",
    "Tuam": "H54",
}

LIKES = [
    "green and blue, never beige",
    "natural fabrics",
    "long scarves",
    "silver rather than gold",
    "linen in summer",
    "pockets in everything",
    "to be told when the autumn wool arrives",
    "small earrings",
    "bright colours",
    "quiet mornings in the shop",
    "things made nearby",
]
DISLIKES = ["wool next to the skin", "being rung at work", "strong perfume", "polyester", "e-mail with pictures"]
NEEDS = [
    "size 42, narrow shoulder",
    "an outfit for a wedding in spring",
    "comfortable shoes for standing all day",
    "gifts that post well",
]
MET = [
    "walked in from the street",
    "the Christmas market",
    "a friend’s party",
    "saw the window",
    "Instagram",
    "the craft fair in May",
]
NOTES = [
    "Her mother is not well; ask kindly.",
    "Works at the university.",
    "Brought a cake at Christmas.",
    "Always parks badly, always in a hurry.",
    "New grandchild in August.",
    "Plays the cello.",
    "Comes with her sister.",
    "Moving to Tuam next year.",
    "Allergic to nickel.",
]
