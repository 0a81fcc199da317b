"""Names of countries as shops write them, in the languages of their systems, to two letters."""

from __future__ import annotations

from functools import lru_cache

from regulars.intake.values.words import folded

NAMES = """
AD andorra|AE united arab emirates,uae,emirats arabes unis,vereinigte arabische emirate|AL albania|AM armenia|AR argentina,argentinien,argentine
AT austria,osterreich,oesterreich,autriche,oostenrijk|AU australia,australien,australie|AZ azerbaijan|BA bosnia and herzegovina,bosnien|BD bangladesh
BE belgium,belgien,belgie,belgique,belgica,belgio|BG bulgaria,bulgarien,bulgarie|BH bahrain|BO bolivia|BR brazil,brasil,brasilien,bresil|BY belarus
CA canada,kanada|CH switzerland,schweiz,suisse,svizzera,suiza,zwitserland|CI cote d'ivoire,ivory coast,elfenbeinkuste|CL chile|CN china,chine
CO colombia,kolumbien|CR costa rica|CU cuba|CY cyprus,zypern,chypre|CZ czech republic,czechia,tschechien,republique tcheque,cesko
DE germany,deutschland,allemagne,alemania,germania,duitsland,tyskland,niemcy|DK denmark,danmark,danemark,dinamarca,danimarca,denemarken
DO dominican republic|DZ algeria,algerie|EC ecuador|EE estonia,estland,eesti|EG egypt,agypten,egypte|ES spain,espana,spanien,espagne,spagna,spanje
FI finland,suomi,finnland,finlande|FJ fiji|FO faroe islands|FR france,frankreich,francia,frankrijk,frankrike,francja
GB united kingdom,great britain,england,scotland,wales,northern ireland,uk,vereinigtes konigreich,grossbritannien,royaume-uni,reino unido,regno unito,verenigd koninkrijk,storbritannien
GE georgia|GG guernsey|GH ghana|GI gibraltar|GL greenland|GR greece,griechenland,grece,grecia,griekenland|GT guatemala|HK hong kong|HN honduras
HR croatia,kroatien,hrvatska,croatie|HU hungary,ungarn,magyarorszag,hongrie|ID indonesia,indonesien|IE ireland,irland,irlande,irlanda,ierland|IL israel
IM isle of man|IN india,indien,inde|IQ iraq|IR iran|IS iceland,island,islande|IT italy,italia,italien,italie|JE jersey|JM jamaica|JO jordan|JP japan,japon
KE kenya|KR south korea,korea,republic of korea,sudkorea|KW kuwait|KY cayman islands|KZ kazakhstan|LB lebanon|LI liechtenstein|LK sri lanka
LT lithuania,litauen,lituanie,lietuva|LU luxembourg,luxemburg|LV latvia,lettland,lettonie,latvija|MA morocco,marokko,maroc|MC monaco|MD moldova
ME montenegro|MK north macedonia,macedonia|MT malta,malte|MU mauritius|MX mexico,mexiko,mexique|MY malaysia|NG nigeria|NI nicaragua
NL netherlands,the netherlands,niederlande,pays-bas,paises bajos,paesi bassi,nederland,holland|NO norway,norge,norwegen,norvege,noruega,norvegia,noorwegen
NZ new zealand,neuseeland|OM oman|PA panama|PE peru,perou|PH philippines|PK pakistan|PL poland,polska,polen,pologne,polonia|PR puerto rico
PT portugal,portogallo|PY paraguay|QA qatar|RO romania,rumanien,roumanie|RS serbia,serbien|RU russia,russian federation,russland,russie
SA saudi arabia|SE sweden,sverige,schweden,suede,suecia,svezia,zweden|SG singapore,singapur|SI slovenia,slowenien,slovenija|SK slovakia,slowakei,slovensko
SM san marino|SN senegal|TH thailand|TN tunisia,tunesien,tunisie|TR turkey,turkei,turkiye,turquie|TW taiwan|UA ukraine
US united states,united states of america,usa,u.s.a.,us,vereinigte staaten,etats-unis,estados unidos,stati uniti,verenigde staten,amerika
UY uruguay|UZ uzbekistan|VE venezuela|VN vietnam,viet nam|ZA south africa,sudafrika,afrique du sud|ZW zimbabwe
"""
CODES = {
    folded(name): entry[:2]
    for line in NAMES.split("\n")
    for entry in line.split("|")
    if entry
    for name in entry[3:].split(",")
}


@lru_cache(maxsize=512)
def code_of(text: str) -> str:
    """Return the two letters of a country, or "" when nobody knows its name."""
    clean = text.strip()
    if len(clean) == 2 and clean.isalpha():
        return clean.upper()
    return CODES.get(folded(clean), "")
