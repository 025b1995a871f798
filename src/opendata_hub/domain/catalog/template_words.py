"""What a template says, beside what its family says: sheets, headings, forms, steps."""

from collections.abc import Mapping

from opendata_hub.domain.texts import Texts

WORDS: Mapping[str, Texts] = {
    # Names of sheets: at most 31 characters and none of : \ / ? * [ ] '
    "sheet-table": {"fr": "Tableau", "ar": "الجدول", "en": "Table"},
    "sheet-instructions": {"fr": "Instructions", "ar": "التعليمات", "en": "Instructions"},
    "sheet-lists": {"fr": "Listes", "ar": "اللوائح", "en": "Lists"},
    # Headings of the instructions.
    "legal-basis": {"fr": "Base légale", "ar": "الأساس القانوني", "en": "Legal basis"},
    "fill": {"fr": "Remplir le tableau", "ar": "تعبئة الجدول", "en": "Filling in the table"},
    "hand-in": {
        "fr": "Enregistrer et remettre le fichier",
        "ar": "حفظ الملف وتسليمه",
        "en": "Saving the file and handing it in",
    },
    "keep-out": {
        "fr": "Ce qui ne doit pas figurer dans le fichier",
        "ar": "ما يجب ألا يتضمنه الملف",
        "en": "What must not be in the file",
    },
    "row-rules": {
        "fr": "Ce que le rapport de contrôle peut dire d’une ligne",
        "ar": "ما قد يرد في تقرير المراقبة بشأن سطر معين",
        "en": "What the report of the check may say of a row",
    },
    "columns": {"fr": "Les colonnes", "ar": "الأعمدة", "en": "The columns"},
    # Headings of the list of columns.
    "title": {"fr": "Titre", "ar": "العنوان", "en": "Title"},
    "name": {"fr": "Nom technique", "ar": "الاسم التقني", "en": "Field name"},
    "meaning": {"fr": "Signification", "ar": "المعنى", "en": "Meaning"},
    "form": {"fr": "Forme", "ar": "الشكل", "en": "Form"},
    "required": {"fr": "Obligatoire", "ar": "إلزامي", "en": "Required"},
    "example": {"fr": "Exemple", "ar": "مثال", "en": "Example"},
    "values": {"fr": "Valeurs de la liste", "ar": "قيم اللائحة", "en": "Values of the list"},
    "yes": {"fr": "oui", "ar": "نعم", "en": "yes"},
    "no": {"fr": "non", "ar": "لا", "en": "no"},
    # Forms: what may stand in a column.
    "text": {"fr": "Texte", "ar": "نص", "en": "Text"},
    "integer": {"fr": "Nombre entier", "ar": "عدد صحيح", "en": "Whole number"},
    "number": {"fr": "Nombre", "ar": "عدد", "en": "Number"},
    "date": {
        "fr": "Date (année-mois-jour)",
        "ar": "تاريخ (سنة-شهر-يوم)",
        "en": "Date (year-month-day)",
    },
    "choice": {
        "fr": "Une valeur de la liste",
        "ar": "قيمة من اللائحة",
        "en": "A value of the list",
    },
    "minimum": {"fr": "minimum : {bound}", "ar": "الحد الأدنى: {bound}", "en": "minimum: {bound}"},
    "maximum": {"fr": "maximum : {bound}", "ar": "الحد الأقصى: {bound}", "en": "maximum: {bound}"},
    "shortest": {
        "fr": "nombre minimal de caractères : {bound}",
        "ar": "أدنى عدد من الأحرف: {bound}",
        "en": "fewest characters: {bound}",
    },
    "longest": {
        "fr": "nombre maximal de caractères : {bound}",
        "ar": "أقصى عدد من الأحرف: {bound}",
        "en": "most characters: {bound}",
    },
    "joint": {"fr": " ; ", "ar": "؛ ", "en": "; "},
    "comma": {"fr": ", ", "ar": "، ", "en": ", "},
    # What a spreadsheet says when a value is refused.
    "refused": {"fr": "Valeur refusée", "ar": "قيمة غير مقبولة", "en": "Value refused"},
    "expected": {
        "fr": "Cette valeur n’est pas admise ici. Attendu : {form}.",
        "ar": "هذه القيمة غير مقبولة هنا. المطلوب: {form}.",
        "en": "This value is not accepted here. Expected: {form}.",
    },
    # Steps.
    "fill-1": {
        "fr": (
            "Écrire dans la première feuille, une ligne par cas, sans ligne vide. La ligne 2 est "
            "un exemple fictif : écrire par-dessus, ou la supprimer."
        ),
        "ar": (
            "تعبأ الورقة الأولى بسطر لكل حالة ودون ترك أسطر فارغة. والسطر 2 مثال وهمي يجب "
            "تعويضه أو حذفه."
        ),
        "en": (
            "Write in the first sheet, one row for each case, without blank rows. Row 2 is a "
            "fictional example: write over it, or delete it."
        ),
    },
    "fill-2": {
        "fr": (
            "Garder la première ligne telle quelle : les colonnes sont reconnues à leur titre. "
            "Une colonne facultative peut rester vide."
        ),
        "ar": (
            "يحتفظ بالسطر الأول كما هو، لأن التعرف على الأعمدة يتم من خلال عناوينها. ويمكن ترك "
            "عمود اختياري فارغا."
        ),
        "en": (
            "Leave the first row as it is: columns are known by their titles. An optional column "
            "may stay empty."
        ),
    },
    "fill-3": {
        "fr": (
            "Les titres clairs sur fond foncé sont ceux des colonnes obligatoires ; la liste des "
            "colonnes, plus bas, le dit aussi en toutes lettres."
        ),
        "ar": (
            "العناوين المكتوبة بلون فاتح على خلفية داكنة هي عناوين الأعمدة الإلزامية، وتبين ذلك "
            "كتابة أيضا لائحة الأعمدة أسفله."
        ),
        "en": (
            "Light titles on a dark ground are those of required columns; the list of columns "
            "below says so in words, too."
        ),
    },
    "fill-4": {
        "fr": (
            "Les codes sont du texte et gardent leurs zéros de tête. Pour coller des données, "
            "choisir « Collage spécial », puis « Valeurs » : un collage ordinaire efface les "
            "listes et les contrôles."
        ),
        "ar": (
            "الرموز نصوص تحتفظ بأصفارها الأولى. ولإدراج معطيات منسوخة يختار «لصق خاص» ثم «القيم»، "
            "لأن اللصق العادي يمحو اللوائح وضوابط المراقبة."
        ),
        "en": (
            "Codes are text and keep their leading zeros. To paste data, choose “Paste special”, "
            "then “Values”: an ordinary paste wipes out the lists and the checks."
        ),
    },
    "fill-5": {
        "fr": (
            "Ni total, ni formule, ni cellule fusionnée, ni commentaire, ni ligne, colonne ou "
            "feuille masquée. Écrire les montants comme des nombres, sans « DH »."
        ),
        "ar": (
            "لا مجاميع ولا صيغ حسابية ولا خلايا مدمجة ولا تعليقات ولا أسطر أو أعمدة أو أوراق "
            "مخفية. وتكتب المبالغ أعدادا دون عبارة «درهم»."
        ),
        "en": (
            "No totals, formulas, merged cells or comments, and no hidden rows, columns or "
            "sheets. Write amounts as numbers, without “DH”."
        ),
    },
    "fill-key": {
        "fr": "Deux lignes n’ont jamais les mêmes valeurs dans toutes ces colonnes : {columns}.",
        "ar": "لا يمكن أن يحمل سطران القيم نفسها في جميع هذه الأعمدة: {columns}.",
        "en": "No two rows may have the same values in all of these columns: {columns}.",
    },
    "save": {
        "fr": "Enregistrer le classeur au format Excel (.xlsx), sans mot de passe.",
        "ar": "يحفظ المصنف بصيغة إكسل (xlsx) دون كلمة مرور.",
        "en": "Save the workbook as an Excel file (.xlsx), without a password.",
    },
    "give": {
        "fr": (
            "Remettre le fichier sans changer l’ordre des feuilles. Chaque ligne est contrôlée ; "
            "le rapport dit la ligne, la colonne et le motif. Corriger, puis remettre de nouveau."
        ),
        "ar": (
            "يسلم الملف دون تغيير ترتيب الأوراق. ويراقب كل سطر فيه، ويبين التقرير السطر والعمود "
            "والسبب. وبعد تصحيح الأخطاء يسلم الملف من جديد."
        ),
        "en": (
            "Hand the file in with its sheets in the same order. Every row is checked; the report "
            "says row, column and reason. Correct what it says, then hand it in again."
        ),
    },
    "not-confirmed": {
        "fr": "non confirmé par un juriste",
        "ar": "لم يؤكده رجل قانون بعد",
        "en": "not confirmed by a jurist",
    },
}


def said(word: str, language: str, **values: object) -> str:
    """The words of that name in ``language``, with ``values`` put in.

    >>> said("minimum", "en", bound=2000)
    'minimum: 2000'
    """
    return WORDS[word][language].format(**values)
