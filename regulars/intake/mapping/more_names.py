"""What address books, mailing tools and tills of many languages call their columns, beside the usual names."""

DAYS_OF_VISITS = (
    "visit|visited|visited on|date of visit|appointment|date of appointment|termin|termindatum|besuch|besuchsdatum|besucht am"
    "|date de visite|rendez-vous|fecha de visita|cita|data visita|appuntamento|bezoek|afspraak|wizyta"
)
MORE_NAMES = {
    "person_id": "record id|square customer id|klaviyo id|contact key|subscriber key|leid|uuid",
    "full_name": "nome do cliente|nombre del cliente|nome cliente|klantnaam|nazwa klienta|nom client|kundens navn|navn|anzeigename|nom affiche|nombre completo del cliente|voor- en achternaam|namn (fornamn efternamn)|ship name|display as|kontakt|kontaktname|الاسم|الاسم الكامل|اسم العميل|имя и фамилия|фио|氏名|名前|お名前|姓名",
    "given_name": "rufname|prenom usuel|first name (given name)|firstname (billing)|имя|الاسم الأول",
    "middle_name": "tussenvoegsel|voorvoegsel|tussenvoegsels|weitere vornamen|segundo nombre|secondo nome|mellannamn|middle initial|infix",
    "family_name": "zuname|primer apellido|nome de familia|ultimo nome|surname(s)|last name (family name)|фамилия|اسم العائلة",
    "salutation": "honorific|treatment|tilltal",
    "email": "e-mail-adresse|e-mail address|primare e-mail-adresse|direccion de correo electronico|adresse de courriel|adresse de messagerie|endereco de e-mail|mailadres|mailadresse|e-postadress|indirizzo e-mail|indirizzo di posta elettronica|contact e-mail|work email|business email|home email|personal email|e-mail privat|email privat|attendee email|buyer e-mail|invitee email|guest email|subscriber email|purchase email|البريد الإلكتروني|بريد إلكتروني|الإيميل|эл. почта|электронная почта|メールアドレス|メール|邮箱|电子邮件",
    "email_2": "e-mail 2: adresse|e-mail 3: adresse|sekundare e-mail-adresse|email 3|email3|e-mail 4 - value|e-mail 5 - value|e-mail geschaftlich|email geschaftlich|secondary e-mail|additional emails",
    "phone": "mobil-tel.-nr.|mobiltelefon|handynummer|telemovel|telefone celular|telefono movil|telefono cellulare|telefono mobile|numero de telefono|numero di telefono|numero de mobile|tel. mobile|tel mobile|tel. portable|tel portable|portable|telephone mobile|mobiele telefoon|mobiel nummer|mobiltelefonnummer|gsm|whatsapp|whatsapp number|phone (mobile)|mobile (phone)|rufnummer|numero de contacto|contacto telefonico|cell #|phone #|tel.|buyer phone|attendee phone|guest phone|contact phone|الهاتف|رقم الهاتف|الجوال|رقم الجوال|الموبايل|телефон|номер телефона|電話番号|電話|携帯電話|电话|手机",
    "phone_2": "business phone 1|other phone|car phone|primary phone 2|company phone|work telephone|office phone|phone (work)|phone (home)|telefon geschaftlich|telefon geschaftlich 2|telefon privat|telefon privat 2|telefon firma|weiteres telefon|tel. dienstlich|tel. privat|telephone fixe|telephone bureau|telephone domicile|tel fixe|telefono fijo|telefono fisso|telefono casa|telefono trabajo|telefone fixo|vaste telefoon|hemtelefon|arbetstelefon|phone 4 - value|phone 5 - value|day phone|evening phone|mobile 2",
    "company": "organisation name|firma / organisation|company / organization|nombre de la empresa|ragione sociale|razon social|raison sociale|nome da empresa|arbetsgivare|company / account",
    "street": "street address 1|mailing street|mailing address 1|address 1&2|morada|endereco|logradouro|domicilio|calle y numero|via e numero|privat: adresse|strasse privat|strasse geschaftlich|dienstlich: adresse|business address|other street|strasse und hausnummer|strasse / nr.|strasse nr|adresse postale|adresse ligne 1|utca|ship address1|ship address 1|straatnaam en huisnummer|adresse privat|address (street)|العنوان|адрес|住所|地址",
    "street_2": "street address 2|mailing address 2|privat: adresse 2|dienstlich: adresse 2|adresse ligne 2|ship address2|ship address 2|complemento|apt|apartment|suite|address 2 (billing)",
    "house_number": "hausnummer|haus-nr.|hausnr|hausnr.|huisnummer|house number|house no|house no.|numero civico|n civico|husnummer|street number",
    "city": "mailing city|ship city|other city|ort privat|ort geschaftlich|privat: ort|dienstlich: ort|wohnort|poblacion|municipio|localidade|concelho|commune|citta / localita|localita|gemeente|ortschaft|town / city|city / town|suburb|المدينة|город|市区町村",
    "postcode": "mailing zip/postal code|mailing zip|ship zipcode|ship zip|other postal code|postleitzahl privat|postleitzahl geschaftlich|privat: plz|dienstlich: plz|cod. postal|c.p.|codice postale|codigo-postal|cep|post code|postcode / zip|zip / postal code|state zip",
    "region": "state / region|state code|state code (billing)|mailing state/province|ship state|other state|bundesland/kanton privat|region geschaftlich|privat: bundesland|dienstlich: bundesland|kanton|distrito|lan|state or province|county/state",
    "country": "country code (billing)|mailing country|ship country|other country/region|land/region privat|land/region geschaftlich|privat: land|dienstlich: land|pais / region|country / region|country name|land/region|country iso|الدولة|البلد|страна",
    "birthday": "geburtstag (tt.mm.)|geburtsdatum (tt.mm.jjjj)|birthday (dd/mm)|birthday (dd/mm/yyyy)|birthday (mm/dd/yyyy)|date of birth (dd/mm/yyyy)|date of birth (mm/dd/yyyy)|dob (dd/mm/yyyy)|dob (mm/dd/yyyy)|fecha de nacimiento (dd/mm/aaaa)|data di nascita (gg/mm/aaaa)|date de naissance (jj/mm/aaaa)|anniversaire (jj/mm)|dob (yyyy-mm-dd)|geburtstag (tt.mm.jjjj)|f. de nacimiento|fecha nacimiento|data de nascimento|aniversario|data nascita|date naissance|ne le|nee le|fodelsedatum (aaaa-mm-dd)|birth day (mm/dd)|birthday (mm/dd)|birth_date|birthdate (yyyy-mm-dd)|compleanno (gg/mm)|تاريخ الميلاد|дата рождения|день рождения|生年月日|誕生日|生日",
    "birth_year": "geburtsjahr|annee de naissance|ano de nacimiento|anno di nascita|geboortejaar|fodelsear",
    "birth_month": "geburtsmonat|mois de naissance|mes de nacimiento|mese di nascita|geboortemaand|fodelsemanad",
    "birth_day": "jour de naissance|dia de nacimiento|giorno di nascita|geboortedag|fodelsedag (dag)",
    "anniversary": "anniversary|wedding anniversary|jahrestag|hochzeitstag|anniversaire de mariage|anniversario di matrimonio|aniversario de boda|bryllupsdag|trouwdag|event 1 - value",
    "language": "preferred_language|sprache/language|idioma preferido|sprakkod|language preference",
    "note": "memo|internal note|anmerkung|anmerkungen|observacoes|osservazioni|note interne|commentaires|anteckningar|kommentarer|about|customer notes|seller notes|ملاحظات|примечание|комментарий",
    "tags": "categories|kategorie|categories (x,y,z...)|categorie|categorias|lists|list names|label names|interests|segment|grupos|gruppi|groepen|customer groups|marketing tags|customer tags",
    "accepts_email": "opt_in|opt-in|optin|email opt in (yes/no)|email marketing opt-in|email subscriber|newsletter subscriber|is subscribed|abonnent|newsletter abonniert|einwilligung|einwilligung newsletter|einwilligung werbung|acepta publicidad|acepta marketing|acepta newsletter|suscrito|inscrit a la newsletter|inscrit newsletter|abonne newsletter|accepte la newsletter|consenso marketing|consenso newsletter|iscritto newsletter|iscritto alla newsletter|wil nieuwsbrief|ontvangt nieuwsbrief|aanmelding nieuwsbrief|toestemming|samtycke|vill ha nyhetsbrev|prenumererar|aceita marketing|aceita newsletter|newsletter (ja/nein)|i agree to receive emails|consent to contact|may we email you?|happy to receive emails",
    "accepts_text": "sms marketing|sms subscriber|sms newsletter|accepts sms|sms opt in (yes/no)|text message consent|sms einwilligung",
    "mail_status": "email subscription status|email marketing consent status|subscriber state|mailing list status|contact status|status newsletter|newsletter-status|email suppressions|suppression reason|suppression|email state",
    "opted_in_at": "email marketing consent timestamp|consent timestamp|consented at|opt-in time|opt-in at|optin at|double opt-in date|doi|einwilligung am|angemeldet am|date d'inscription newsletter|confirmed at|confirmation time",
    "left_at": "unsubscribed_at|unsubscription date|opt-out date|opt out at|opted_out_at|cancelled_at (subscriber)|abgemeldet am|desinscrit le",
    "cleaned_at": "email suppressions timestamp|hard bounced at|bounced on|email bounced at|email hard bounce reason|hard bounce reason",
    "mail_disabled": "email_blacklisted|email blacklisted|unsubscribed from all email|email opt-out|opted out of email|email optout|do not send email|blocked|is unsubscribed|unsubscribed (yes/no)|newsletter abgemeldet|keine werbung|werbesperre|kein newsletter|no contact|no mailings|geen mailing|ne pas contacter|no contactar|hard bounce|do not email (yes/no)|email opt out (yes/no)",
    "order_id": "ordrenummer|ordrenr|ordrenr.|ordre nr|ordre|numero do pedido|n do pedido|n de pedido|pedido n|numero da encomenda|n commande|id commande|nr zamowienia|id zamowienia|bestellung|order nr|bon nr|n ordine|id ordine|id pedido|cislo objednavky|sale|sale #|sale nr|purchase id|appointment id|order name|رقم الطلب|رقم الفاتورة|номер заказа|注文番号",
    "bought_on": f"{DAYS_OF_VISITS}|ordredato|kjøpsdato|købsdato|dato|data do pedido|data da compra|data da encomenda|fecha del pedido|fecha de la compra|data dell'ordine|data di acquisto|datum bestelling|datum der bestellung|kobsdato|ordredato|datum objednavky|sprzedano|ordered at|ordered on|order datetime|order date time|order timestamp|date ordered|date purchased|sale datetime|start time|verkaufsdatum|fecha de venta|data vendita|date de vente|التاريخ|تاريخ الشراء|تاريخ الطلب|дата|дата заказа|дата покупки|日付|注文日|购买日期",
    "amount": "beløp|beløb|totalbeløp|totalbeløb|totalsum|valor pago|valor do pedido|total do pedido|total pago|prix total|total pedido|total del pedido|wartosc zamowienia|do zaplaty|belop|orderbedrag|totaal bedrag|total ordine|somme payee|celkem|order total inc tax|order total incl tax|order total including tax|total inc tax|total including tax|betrag brutto|brutto betrag|gesamt brutto|gesamtbetrag brutto|rechnungsbetrag brutto|betrag inkl. mwst.|amount total|appointment price|sale price|المبلغ|الإجمالي|المجموع|сумма|итого|金額|合計|金额",
    "refunded": "refunded total|refunds total|total refunds|refunds|partial refund",
    "status": "order payment state|order payment status|payment state|invoice status|belegstatus|rechnungsstatus",
    "currency": "العملة|валюта|通貨",
    "kind": "belegart|document type|dokumenttyp|line type|transaktionsart|type de document|tipo de documento",
    "item": "المنتج|товар|商品名",
    "quantity": "الكمية|количество|数量",
    "mode": "test",
}  # fmt: skip
SECOND = {
    "street_b": "street", "street_2_b": "street_2", "city_b": "city", "postcode_b": "postcode", "region_b": "region", "country_b": "country",
}  # fmt: skip
