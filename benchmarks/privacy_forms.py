"""Sentences and columns as Moroccan tables write them, and what each gives away.

They were written from the documented forms of identifiers (not from the rules that find them),
with numbers that no register gives out: cards in X and Z, mobile numbers in 0600 00 and 0700 00,
accounts of a bank 999. Each form is filled twice; a form belongs whole to one half, by its digest,
so that mending the rules for a sentence of one half does not mend the same sentence in the other.

Run: .venv/bin/python benchmarks/privacy_forms.py    writes privacy_labelled.csv beside it.
"""

import base64
import csv
import hashlib
import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

LABELLED = Path(__file__).parent / "privacy_labelled.csv"
TIMES = 2
ARABIC_DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
HEADER = ("half", "column", "text", "kinds")


def digits(chance: random.Random, count: int) -> str:
    """So many digits, the first not a zero."""
    return str(chance.randint(10 ** (count - 1), 10**count - 1))


def rib(chance: random.Random) -> str:
    """Bank, city, account and the key that proves them."""
    front = f"999{digits(chance, 3)}{digits(chance, 16)}"
    return f"{front}{97 - int(front) * 100 % 97:02d}"


def iban(chance: random.Random) -> str:
    """A Moroccan IBAN around a RIB, proved by ISO 7064."""
    account = rib(chance)
    return f"MA{98 - int(account + '221000') % 97:02d}{account}"


def ice(chance: random.Random) -> str:
    """Fifteen digits, a multiple of 97; public."""
    front = f"00{digits(chance, 7)}{digits(chance, 4)}"
    return f"{front}{97 - int(front) * 100 % 97:02d}"


def grouped(text: str, *sizes: int, by: str = " ") -> str:
    """The text cut into groups; the last size repeats."""
    parts, start = [], 0
    while start < len(text):
        size = sizes[min(len(parts), len(sizes) - 1)]
        parts.append(text[start : start + size])
        start += size
    return by.join(parts)


def mobile(chance: random.Random) -> str:
    """Ten digits that begin with 06 or 07."""
    return f"0{chance.choice('67')}0000{digits(chance, 4)}"


def hidden(text: str) -> str:
    """The text as base64."""
    return base64.b64encode(text.encode()).decode()


FILLERS: Mapping[str, Callable[[random.Random], str]] = {
    "cin": lambda c: c.choice(["X", "Z", "XX", "ZX", "XZ"]) + digits(c, c.choice([5, 6])),
    "cin_spaced": lambda c: c.choice(["X", "ZX"]) + " " + digits(c, 6),
    "cin_lower": lambda c: c.choice(["x", "zx"]) + digits(c, 6),
    "cin_arabic": lambda c: c.choice(["X", "ZX"]) + digits(c, 6).translate(ARABIC_DIGITS),
    "mobile": mobile,
    "mobile_pairs": lambda c: grouped(mobile(c), 2),
    "mobile_dots": lambda c: grouped(mobile(c), 2, by="."),
    "mobile_dashes": lambda c: grouped(mobile(c), 4, 2, by="-"),
    "mobile_nbsp": lambda c: grouped(mobile(c), 2, by="\N{NO-BREAK SPACE}"),
    "mobile_slash": lambda c: grouped(mobile(c), 2, by="/"),
    "mobile_threes": lambda c: grouped(mobile(c), 4, 3),
    "mobile_abroad": lambda c: "+212" + mobile(c)[1:],
    "mobile_abroad_spaced": lambda c: "+212 " + grouped(mobile(c)[1:], 1, 2),
    "mobile_abroad_brackets": lambda c: "(+212) " + grouped(mobile(c)[1:], 3, 2),
    "mobile_abroad_zero": lambda c: "+212 (0)" + grouped(mobile(c)[1:], 1, 2),
    "mobile_00": lambda c: "00212" + mobile(c)[1:],
    "mobile_00_spaced": lambda c: "00 212 " + grouped(mobile(c)[1:], 3, 3),
    "mobile_212": lambda c: "212" + mobile(c)[1:],
    "mobile_arabic": lambda c: mobile(c).translate(ARABIC_DIGITS),
    "mobile_arabic_pairs": lambda c: grouped(mobile(c), 2).translate(ARABIC_DIGITS),
    "mobile_marked": lambda c: "\N{LEFT-TO-RIGHT MARK}" + mobile(c) + "\N{RIGHT-TO-LEFT MARK}",
    "mobile_embedded": lambda c: "\N{LEFT-TO-RIGHT EMBEDDING}" + grouped(mobile(c), 2)
    + "\N{POP DIRECTIONAL FORMATTING}",
    "mobile_hidden": lambda c: hidden(mobile(c)),
    "mobile_hidden_words": lambda c: hidden("Tél. " + grouped(mobile(c), 2)),
    "office": lambda c: f"0{c.choice(['522', '537', '535', '528'])}00{digits(c, 4)}",
    "office_pairs": lambda c: grouped(f"0{c.choice(['522', '537'])}00{digits(c, 4)}", 2),
    "office_dots": lambda c: grouped(f"0{c.choice(['524', '539'])}00{digits(c, 4)}", 4, 2, by="."),
    "office_abroad": lambda c: "+212 " + grouped(f"53700{digits(c, 4)}", 3, 2),
    "economic": lambda c: grouped(f"080{digits(c, 7)}", 4, 3),
    "rib": rib,
    "rib_groups": lambda c: grouped(rib(c), 3, 3, 16, 2),
    "rib_fours": lambda c: grouped(rib(c), 4),
    "rib_dashes": lambda c: grouped(rib(c), 3, 3, 16, 2, by="-"),
    "rib_wrong": lambda c: rib(c)[:-2] + "00",
    "rib_arabic": lambda c: rib(c).translate(ARABIC_DIGITS),
    "rib_nbsp": lambda c: grouped(rib(c), 3, 3, 16, 2, by="\N{NO-BREAK SPACE}"),
    "rib_slashes": lambda c: grouped(rib(c), 3, 3, 16, 2, by="/"),
    "iban": iban,
    "iban_fours": lambda c: grouped(iban(c), 4),
    "iban_lower": lambda c: iban(c).lower(),
    "iban_dashes": lambda c: grouped(iban(c), 4, by="-"),
    "iban_hidden": lambda c: hidden("IBAN " + iban(c)),
    "iban_wrong": lambda c: "MA00" + iban(c)[4:],
    "ice": ice,
    "ice_groups": lambda c: grouped(ice(c), 9, 4, 2),
    "n3": lambda c: digits(c, 3),
    "n4": lambda c: digits(c, 4),
    "n5": lambda c: digits(c, 5),
    "n6": lambda c: digits(c, 6),
    "n7": lambda c: digits(c, 7),
    "n8": lambda c: digits(c, 8),
    "n9": lambda c: digits(c, 9),
    "n9_groups": lambda c: grouped(digits(c, 9), 3),
    "n9_arabic": lambda c: digits(c, 9).translate(ARABIC_DIGITS),
    "n12": lambda c: digits(c, 12),
    "n24": lambda c: "1" + "0" * 21 + digits(c, 2),
    "amount": lambda c: f"{c.randint(1, 99)} {digits(c, 3)} {digits(c, 3)},00",
    "amount_dots": lambda c: f"{c.randint(1, 9)}.{digits(c, 3)}.{digits(c, 3)}",
    "amount_plain": lambda c: f"{digits(c, 6)}.{c.randint(10, 99)}",
    "year": lambda c: str(c.randint(1950, 1999)),
    "now": lambda c: str(c.randint(2015, 2027)),
    "birthday": lambda c: f"{c.randint(1, 28):02d}/{c.randint(1, 12):02d}/{c.randint(1950, 1999)}",
    "birthday_iso": lambda c: f"{c.randint(1950, 1999)}-{c.randint(1, 12):02d}-{c.randint(1, 28)}",
    "birthday_arabic": lambda c: f"{c.randint(1, 28)}/{c.randint(1, 12)}/{c.randint(1950, 1999)}"
    .translate(ARABIC_DIGITS),
    "day": lambda c: f"{c.randint(1, 28):02d}/{c.randint(1, 12):02d}/{c.randint(2015, 2027)}",
    "day_iso": lambda c: f"{c.randint(2015, 2027)}-{c.randint(1, 12):02d}-{c.randint(10, 28)}",
    "hcp": lambda c: f"0{c.randint(1, 9)}.{digits(c, 3)}.0{c.randint(1, 9)}.0{c.randint(1, 9)}",
    "digest": lambda c: hashlib.sha256(digits(c, 9).encode()).hexdigest(),
    "mail_hidden": lambda c: hidden(f"prenom.nom{digits(c, 2)}@courriel.example"),
    "plain_hidden": lambda c: hidden("Procès-verbal de la séance " + c.choice("ABCDEF")),
    "cin_hidden": lambda c: hidden(f"CIN : ZX{digits(c, 6)}"),
}  # fmt: skip

# kinds (without "personal-"): columns | texts, one a line. A "~" alone stands for an empty column.
FORMS = """
cin: cin | {cin} ; {cin_spaced} ; {cin_lower}
cin: CIN | {cin} ; {cin_arabic}
cin: numero_cin | {cin}
cin: n° CIN | {cin}
cin: N°CIN du président | {cin}
cin: cnie | {cin}
cin: num_cnie_trésorier | {cin}
cin: C.I.N. | {cin}
cin: cni | {cin}
cin: Carte nationale | {cin}
cin: n_carte_identite | {cin}
cin: Pièce d’identité | CIN {cin}
cin: رقم البطاقة الوطنية | {cin} ; {cin_arabic}
cin: رقم ب.ت.و | {cin}
cin: ب ت و | {cin}
cin: بطاقة التعريف الوطنية | {cin}
cin: ر.ب.ت.و | {cin}
cin: observations | CIN {cin} ; CIN n° {cin} ; C.I.N : {cin_spaced} ; CNIE : {cin} ; CNI n°{cin}
cin: observations | Titulaire de la CIN numéro {cin} délivrée le {day}
cin: observations | porteur de la carte d’identité nationale n° {cin}
cin: observations | Carte Nationale d'Identité Electronique {cin}
cin: observations | M. Exemple Fictif (cin {cin_lower})
cin: objet | Aide versée à Mme Personne Imaginaire, C.N.I.E. {cin}
cin: bénéficiaire | Personne Imaginaire - CIN: {cin}
cin: bénéficiaire | FICTIF Exemple CIN {cin} douar Exemple
cin: ملاحظات | الحامل لبطاقة التعريف الوطنية رقم {cin}
cin: ملاحظات | صاحب البطاقة الوطنية للتعريف الإلكترونية رقم {cin_arabic}
cin: ملاحظات | رقم ب.ت.و: {cin} ; ب ت و رقم {cin}
cin: المستفيد | شخص وهمي (ب.ت.و.إ {cin})
cin: المستفيد | شخص وهمي، رقم بطاقته الوطنية {cin}
cin: note | {cin_hidden}
cin phone: contact | Exemple Fictif, CIN {cin}, GSM {mobile}
phone: telephone | {mobile} ; {mobile_pairs} ; {mobile_dots} ; {mobile_dashes} ; {mobile_nbsp}
phone: telephone | {mobile_abroad} ; {mobile_abroad_spaced} ; {mobile_00} ; {mobile_threes}
phone: telephone | {mobile_abroad_brackets} ; {mobile_abroad_zero} ; {mobile_00_spaced}
phone: gsm | {mobile_212}
phone: tel | {mobile_slash}
phone: contact | Tél : {mobile} ; GSM: {mobile_pairs} ; WhatsApp {mobile_abroad_spaced}
phone: contact | {office_pairs} / {mobile_pairs}
phone: observations | joindre le président au {mobile_pairs} avant midi
phone: observations | Port.{mobile}
phone: objet | Transport scolaire (M. Fictif,{mobile})
phone: الهاتف | {mobile} ; {mobile_arabic} ; {mobile_arabic_pairs}
phone: ملاحظات | للاتصال: {mobile_pairs} ; الهاتف المحمول {mobile_arabic} ; رقم النقال{mobile}
phone: ملاحظات | هاتف الرئيس {mobile_marked} ; {mobile_embedded}
phone: note | {mobile_hidden} ; {mobile_hidden_words}
email: email | prenom.nom{n3}@courriel.example ; exemple{n4}@courriel.example
email: email | Personne-Fictive{n3}@poste.example ; p_fictive{n3}@courriel.example
email: contact | M. Fictif <fictif.exemple{n3}@courriel.example>
email: observations | Écrire à personne.imaginaire{n3}@poste.courriel.example avant le {day}
email: البريد الإلكتروني | exemple.fictif{n3}@courriel.example
email: ملاحظات | البريد: personne{n3}@courriel.example
email: contact | mailto:nom.fictif{n3}@courriel.example
email: note | {mail_hidden}
email phone: contact | fictif{n3}@courriel.example / {mobile}
rib: rib | {rib} ; {rib_groups} ; {rib_fours} ; {rib_dashes} ; {rib_nbsp} ; {rib_arabic}
rib: compte_bancaire | {rib}
rib: observations | RIB : {rib_groups} ; Compte n° {rib} ouvert à la Banque Exemple
rib: objet | Virement au compte {rib} de l’association
rib: modalites | Paiement par virement au RIB n°{rib_fours}
rib: رقم الحساب البنكي | {rib} ; {rib_groups}
rib: ملاحظات | تحويل إلى الحساب رقم {rib}
rib: rib | {rib_slashes}
iban: iban | {iban} ; {iban_fours} ; {iban_lower} ; {iban_dashes}
iban: observations | IBAN : {iban_fours} ; IBAN {iban} (Banque Exemple)
iban: compte | {iban}
iban: ملاحظات | الحساب البنكي الدولي {iban}
iban: note | {iban_hidden}
cnss: cnss | {n9} ; {n7} ; {n8}
cnss: numero_cnss | {n9} ; {n9_groups}
cnss: N° d’immatriculation CNSS | {n9}
cnss: رقم الضمان الاجتماعي | {n9} ; {n9_arabic}
cnss: رقم التسجيل في الصندوق الوطني للضمان الاجتماعي | {n9}
cnss: observations | CNSS n° {n9} ; C.N.S.S : {n9} ; affilié à la CNSS sous le n° {n7}
cnss: observations | immatriculé à la Caisse nationale de sécurité sociale, n° {n9}
cnss: objet | Salarié immatriculé CNSS : {n9_groups}
cnss: ملاحظات | رقم الانخراط في ص.و.ض.ا {n9} ; منخرط في الضمان الاجتماعي تحت رقم {n9}
birth: date_naissance | {birthday} ; {birthday_iso} ; {year}
birth: Date de naissance | {birthday}
birth: ddn | {birthday}
birth: né(e) le | {birthday}
birth: lieu_naissance | Ville-Exemple ; Douar Imaginaire
birth: Lieu de naissance | مدينة المثال
birth: annee_naissance | {year}
birth: تاريخ الازدياد | {birthday} ; {birthday_arabic} ; {year}
birth: تاريخ الميلاد | {birthday}
birth: تاريخ الولادة | {birthday}
birth: مكان الازدياد | مدينة المثال
birth: مكان الولادة | مدينة المثال
birth: observations | né le {birthday} à Ville-Exemple ; Née le {birthday} ; née en {year}
birth: observations | Né à Ville-Exemple le {birthday} ; date de naissance : {birthday_iso}
birth: observations | NÉ LE {birthday} ; natif de Ville-Exemple, {birthday} ; D.N. : {birthday}
birth: bénéficiaire | Personne Imaginaire, né(e) le {birthday}
birth: ملاحظات | مزداد بتاريخ {birthday} ; مزدادة سنة {year} ; المزداد في {birthday_arabic}
birth: ملاحظات | ولد سنة {year} بمدينة المثال ; من مواليد {year} ; المولود بتاريخ {birthday}
birth cin: beneficiaire | Exemple Fictif né le {birthday}, CIN {cin}
-: association_ice | {ice} ; {ice_groups}
-: titulaire | Société Exemple SARL, ICE {ice} ; شركة المثال، التعريف الموحد للمقاولة {ice}
-: rc | RC {n5} Ville-Exemple ; RC n° {n6} ; السجل التجاري رقم {n5}
-: if | {n8} ; IF {n7}
-: patente | {n8} ; TP : {n8}
-: reference_marche | 12/{now}/CT ; {n3}/{now}/DRHF ; AO n° 07/{now}/INDH-EX
-: reference_marche | AB{n5}/{now} ; M {n5}/{now} ; BC-{now}-{n4} ; MN{n6}
-: objet | Marché n° EX{n6} relatif à l’éclairage public ; صفقة رقم 07/{now} المتعلقة بالإنارة
-: bon_commande | BC n° {n3}/{now}
-: collectivite_code | {hcp}
-: code_budgetaire | 10.20.30.40/{n3} ; 20.30.{n3}.10 ; 0401100{n7} ; 1.2.1.1.{n3}
-: compte_budgetaire | {n24}
-: article_budget | Chap. 10, art. 20, par. 30, ligne {n3}
-: date_versement | {day} ; {day_iso} ; {day_iso}T10:15:00
-: periode | du {day} au {day}
-: montant | {amount} ; {amount_dots} ; {amount_plain} ; {n9} ; {amount} DH
-: montant | {n9_groups} ; {n7}
-: المبلغ | {amount} درهم
-: telephone | {office} ; {office_pairs} ; {office_dots} ; {office_abroad} ; {economic}
-: الهاتف | {office_pairs}
-: contact | Standard : {office_pairs}, fax {office_dots} ; Bureau d’ordre, poste {n4}
-: email | contact@commune.example ; bureau.ordre@commune.example ; info@association.example
-: email | secretariat.general@province.example ; marches-publics@commune.example
-: email | commune.exemple@courriel.example ; association.exemple{n3}@courriel.example
-: email | dircom@region.example ; sg@commune.example ; etat-civil@commune.example
-: contact | Service des achats (achats@commune.example, {office})
-: البريد الإلكتروني | contact@commune.example
-: reference | Décret n° 2-22-431 du {day} ; Dahir n° 1-07-202 ; B.O. n° {n4} du {day}
-: base_legale | Loi organique n° 113-14, art. 92 ; ظهير شريف رقم 1.15.85 ; الجريدة الرسمية عدد {n4}
-: deliberation_numero | {now}/02/{n3} ; B {n5}/{now} ; D{n5}
-: recepisse | {n3}/{now} ; R-EX-{n3} ; وصل رقم {n4}/{now}
-: titre_foncier | TF {n5}/06 ; T.F. n° {n6}/C ; réquisition {n5}/13 ; الرسم العقاري عدد {n5}/ر
-: immatriculation | {n5}-A-6 ; J{n6} ; WW{n6}
-: mandat | Mandat n° {n6} ; OP {n7} ; OV n° {n8} ; حوالة رقم {n6}
-: cheque | Chèque n° {n7}
-: numero | {n7} ; {n9} ; {n12}
-: coordonnees | 33.{n6}, -7.{n6} ; {n6}.{n3} ; 31,{n4} N 8,{n4} W
-: code_postal | {n5}
-: adresse | {n3}, avenue de l’Exemple, {n5} Ville-Exemple
-: sha256 | {digest}
-: fichier | pv_{now}_02_{n3}.pdf ; annexe-{n6}.xlsx
-: lien | https://commune.example/documents/{n8} ; https://commune.example/marches?id={n9}
-: compte_social | @commune_exemple ; facebook.com/commune.exemple.{n4}
-: note | {plain_hidden}
-: rib | {rib_wrong} ; en attente
-: iban | {iban_wrong} ; à fournir
-: observations | Copie CIN fournie ; CIN et RIB manquants au dossier {n3}/{now}
-: observations | Attestation CNSS du {day} ; quitus CNSS fourni, dossier n° 12/{now}
-: objet | Cotisations CNSS {now} ; Cotisations patronales CNSS : {amount} DH
-: objet | Cinéma Exemple, salle B{n5} ; Ciné-club E {n6}
-: objet | Naissance d’un réseau associatif en {now} ; projet né en {now} d’un partenariat
-: objet | Espace de naissance de Ville-Exemple, marché 07/{now} ; تأهيل دار الولادة سنة {now}
-: nb_naissances | {n4} ; {n3}
-: naissances_enregistrees | {now}
-: عدد الولادات | {n4}
-: objet | Numérisation des actes de naissance {now} ; رقمنة رسوم الولادة لسنة {now}
-: nb_cin_delivrees | {n5}
-: demandes_cnie | {n4}
-: objet | Centre de délivrance de la CNIE, tranche {now}
-: objet | Acquisition de {n3} PC et {n4} licences ; RN 6 PK {n5} ; Route P{n4} ; A7 sortie {n4}
-: objet | Fête de l’anniversaire {now} ; Mise à niveau de la RR {n3} ; Lot 06 : {n4} unités
-: observations | Visa n° {n5}/{now} du {day} ; Réception provisoire le {day}
-: observations | Éq. A4 {n5} feuilles ; réf. catalogue ZX {n6} ; ISO 9001:2015
-: ملاحظات | تمت المصادقة بتاريخ {day} ; محضر رقم {n3}/{now} ; الحصة رقم 06 ; 120 مستفيدا
-: ملاحظات | عدد المستفيدين {n4} ; مبلغ {amount} ; رقم الحساب في الميزانية 10.20.30
-: association_nom_fr | Association Exemple pour la sécurité sociale {now} ; AS Exemple 1975
-: horodatage | 17{n8} ; {day_iso} 08:30:00
-: id_subvention | {now}-SUB-{n3} ; SUB{n6}
-: ocid | ocds-x1y2z3-{n6} ; ocds-x1y2z3-{now}-{n3}
-: quantite | 6 12 18 24 30 ; 06 07 {n3}
"""


def forms() -> Iterator[tuple[str, str, str]]:
    """Kinds, column and text with its gaps."""
    for line in FORMS.strip().splitlines():
        kinds, _, rest = line.partition(":")
        column, _, texts = rest.strip().partition(" | ")
        for text in texts.split(" ; "):
            yield " ".join(f"personal-{k}" for k in kinds.replace("-", "").split()), column, text


def half(column: str, form: str) -> str:
    """``dev`` or ``held-out``: by whether the first byte of the form's SHA-256 is even."""
    digest = hashlib.sha256(f"{column}|{form}".encode()).digest()
    return "dev" if digest[0] % 2 == 0 else "held-out"


def cells() -> Iterator[tuple[str, str, str, str]]:
    """Half, column, text and kinds; the same whenever it is asked."""
    for kinds, column, form in forms():
        chance = random.Random(f"{column}|{form}")  # noqa: S311  (no secret)
        filled = {_fill(form, chance) for _ in range(TIMES)}
        for text in sorted(filled):
            yield half(column, form), column, text, kinds


def _fill(form: str, chance: random.Random) -> str:
    return re.sub(r"\{(\w+)\}", lambda gap: FILLERS[gap.group(1)](chance), form)


def main() -> None:
    """Write the labelled cells."""
    with LABELLED.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(cells())


if __name__ == "__main__":
    main()
