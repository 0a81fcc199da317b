"""Rapport: what was said, asked, promised and learned between us and somebody, whether they buy or not.

Owns enquiries, what was logged (calls, visits, comments, complaints), keeping in touch with suppliers, neighbours and
the like, what we owe each other, life events and the things people own; and who said yes to offers in a form and has
not confirmed it yet. Posts EnquiryTaken and YesAsked; hears nothing: what an
order answers is told from above (`services.win_enquiries`). People below keeps who they are; purchases above may ask
what to say before serving them.
"""
