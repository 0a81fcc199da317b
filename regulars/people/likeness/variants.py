"""Given names that people write in several ways. A name may stand in several groups."""

from __future__ import annotations

from collections import defaultdict

GROUPS = """
alexander alex sasha sascha xander alec sandy | alexandra alex sandra sasha sandy alexa lexi | alfred alf alfie fred
| amanda mandy | andrew andy drew andreas andre | andrea andi | angela angie angelika angelica geli | ann anne anna
annie | annette anita | anthony tony antonio anton toni | antonia toni | arthur art artie | barbara barb babs bärbel
barbie | beatrice bea trixie beatrix | benjamin ben benny benni | bernard bernie bernhard bernd | bertha bert berta
| brigitte gitte gitta birgit | carol caroline carolyn carrie karoline | catherine katherine kathryn katharine kate
kathy cathy katie kitty kathleen katharina kathi käthe katja catalina katarina katarzyna kasia | charles charlie
chuck karl carl carlos | charlotte lotte charlie lottie | christian chris christoph | christine chris chrissy
christina tina | kristina christa krista kirsten | christopher chris kit kristof christoph | clara klara | claudia
klaudia | cornelia conny nelly | daniel dan danny dani | deborah deb debbie debby | dietrich dieter | dominic dom
nick dominik | donald don donny | dorothy dot dottie dolly dorothea dora doris | edward ed eddie ted teddy ned
eduard edi | eleanor ellie nora nell eleonore lenore | elizabeth liz beth betty lizzie eliza elisabeth lisa elise
elsa bess betsy libby lisbeth | isabel isabella | emily em emmy emilia | emma em | erik eric erich | ernest ernie
ernst | eugene gene eugen | florence flo florrie | francis frank fran franz francisco paco | frances fran fanny
franziska franzi francesca | frederick fred freddy friedrich fritz frederic | gabriel gabe gabi | gabriele gabi gaby
gabriela gabriella | gerald gerry jerry gerhard gerd gert | gertrud trudi gertrude trudy | georg george jorge jürgen
| gregory greg gregor | guillermo memo william | günter günther gunter | hannah hanna hannelore johanna hanne joanna
| harold harry hal harald | heinrich heinz henry harry hank heiner | helen helene lena elena helena nell | herbert
bert herb | hugh hugo | ignatius ignaz nacho ignacio | irene irena | jacob jake jakob jack | jacqueline jackie |
james jim jimmy jamie jay | jaime | jane jean janet jenny jan | janet jan | jeffrey jeff geoffrey geoff | jennifer
jen jenny jenni | jessica jess jessie | joan joanne jo joanna johanna jeanne juana | john jon johnny jack johnnie
johann johannes hans juan jean giovanni ivan ian sean | jonathan jon jonny johnathan nathan | joseph joe joey josef
jupp sepp jose pepe giuseppe | josephine jo josie josefine | joshua josh | judith judy judi jutta | julia julie jule
giulia | juliane julia | karin karen carina | kenneth ken kenny | konrad conrad kurt conny | kristin kirstin
kristina | lawrence larry laurie lorenz laurence lars | leonard leo len lenny leonhard leon | lillian lily lilli
liliane | linda lindy | louis lou louie ludwig luis lewis luigi | louise lou luise luisa | lucas luke lukas luca
luka łukasz | lucy lucia lucie luzia | magdalena magda lena leni | madeleine madeline maddie | margaret maggie meg
peggy marge margie margarete margarethe margit margot margarita małgorzata gosia | margarete margarethe greta grete
gretel | margarita rita | maria mary marie mia miriam maryam marija mimi | mark marc marcus markus marco marek |
martha marta | martin marty | martina tina | matthew matt matthias matt mateo matteo mathias | maurice moritz mo |
maximilian max | maxine max | melanie mel melly | melissa mel | michael mike mick mickey micha michel miguel mikhail
misha | michelle shelly | mohammed muhammad mohamed mohammad mehmet mo ahmed | monica monika moni | natalie nat
natasha natalia | nicholas nick nicky nicolas nikolaus klaus claus niklas nikolai nico niko nils miklos | nicole
nicki nicky nikki | oliver ollie olli | olivia liv livvy olli | pamela pam | patricia pat patty tricia trish |
patrick pat paddy | paul pablo paolo pavel paweł | paula pauline | peter pete piotr pedro pietro petr pierre |
philip phil philipp pip felipe | rachel rach raquel | raymond ray raimund | rebecca becky becca rebekka | reginald
reg reggie reinhold reinhard | renate nate reni | richard rick dick rich ricky richie ricardo riccardo | robert bob
rob bobby robbie bert roberto rupert | roderick rod | roger rog rüdiger | roland rolf | ronald ron ronnie | rosemary
rose rosie rosemarie rosa romy | rudolf rudi | rudolph rudy | ruth ruthie | samantha sam sammy | samuel sam sammy |
sarah sara sally sadie | sebastian basti seb bastian | sergei serge sergio sergey | sigrid siggi | sigmund siggi
siegfried | simon sam szymon | sophia sophie sofia sofie zofia | stephen steve steven stephan stefan esteban
stephane steffen | stephanie steph stefanie steffi | susan sue susie suzanne | susanne sanne susanna suzy zuzanna |
sylvia silvia sylvie | teresa terry tess theresa therese resi tracy terri | theodore ted theo teddy theodor | thomas
tom tommy tomas tomasz tommaso | timothy tim timmy timo | ulrich uli ulli | ulrike uli ulli | ursula uschi ulla
ursel | valentin val | valerie val | vera veronica | veronica ronnie vroni veronika | victor vic viktor | victoria
vicky vicki tori viktoria | vincent vince vinny vinzenz | virginia ginny | walter walt wally | waltraud traudl
traudel | werner | wilhelm willi willy will helmut | wilhelmina minna mina | william bill will billy willy liam |
wilhelm guillaume | wolfgang wolf wolfi | yvonne evi yvette | zachary zach zack | abigail abby gail | albert al bert
albrecht | allan alan allen al | arnold arne arno | bartholomew bart | beverly bev | bradley brad | calvin cal |
cassandra cass cassie | cecilia cecile cilla | clifford cliff | constance connie konstanze | cynthia cindy | david
dave davy davide dawid | dennis denny denis | diana diane di | douglas doug | edith edie | edmund ed ned | edwin ed
| evelyn eve evi | fatima fatma | felicity flick | gordon gordie | gwendolyn gwen | harriet hattie | isaac ike |
jeremy jerry jeremiah | josefa sefa pepa | joyce joy | kimberly kim | kevin kev | leslie les | lydia | marilyn |
marjorie marge | marvin marv | nathaniel nathan nate nat | norman norm | phyllis | penelope penny | philippa pippa |
priscilla cilla | prudence pru | randolph randy | roberta bobbie robin | russell russ | stanley stan | stuart stu
stewart | sidney sid | sabrina bine | sabine bine | vivian viv vivien
"""

# Names that are a letter away from another name and are nobody's slip.
OTHERS = """
aaron adam adrian aileen aisha ali alice alina alma amelie amir amy ana anja anton anya arda aron aylin ayse ben
bella bianca bruno cara carla carlo carmen carsten celina chiara cosmin dagmar dana daria dario dean deniz dilan
dora dorota dunja eda eike elif elin elke ella ellen elmar elena emeka emil emre enzo erika erwin esra eva falk
fabian felix filip fiona finn flora frieda gero gina greta gudrun hakan halil hamza hasan hauke heike heiko helga
henrik hilde holger ida ilka ilona ilse ina inga ines ingo ingrid inka irina iris ivana ivo jale jana janina jannik
jara jens jonas jorg judy kai kaja kara karim katrin katja kay kerstin kira kiran klaas lale lara larissa lasse
laura lea leah leila lennart leoni leonie lia lias liam lina linus lisa liv loni lore loris luana luis luisa luna
maja maik malin malte manuel manuela mara mareike marek marin marina mario marion marisa marlen marlon marta marten
maya meike meral mert mila milan milena milo mina mira miro mona murat nadia nadine nadja naomi natascha nele nesrin
nina noah noel nora norbert nuri olaf ole olga oskar otto ozan petra pia quentin rahel ralf ramona rania raoul rene
romina ronja ruben sabri sally selim selin selma sena sibel silke sina sinan sonja soren stella svea sven tamara
tamer tanja tarik tara tessa thea thilo thore till tim timon tina tobias tore torsten udo ugur ulf uta ute uwe
vanessa vera vito wanda wiebke wim xenia ximena yara yasemin yasin yusuf zara zeynep zita zoe zora
"""


def _grouped() -> dict[str, frozenset[int]]:
    from regulars.people.words import fold

    places: dict[str, set[int]] = defaultdict(set)
    for number, group in enumerate(GROUPS.split("|")):
        for name in group.split():
            places[fold(name)].add(number)
    return {name: frozenset(numbers) for name, numbers in places.items()}


_groups = _grouped()
_others = frozenset(OTHERS.split())


def are_variants(one: str, other: str) -> bool:
    """Are these two folded given names ways to write one (Bob, Robert)?"""
    mine = _groups.get(one)
    return mine is not None and not mine.isdisjoint(_groups.get(other, frozenset()))


def is_known(name: str) -> bool:
    """Is this folded name a given name of the list?"""
    return name in _groups or name in _others
