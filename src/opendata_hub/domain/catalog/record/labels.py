"""What fields are called in forms, and what is said when one is wrong: in fr, ar and en."""

from collections.abc import Mapping
from enum import StrEnum

from opendata_hub.domain.texts import Texts

_WORDS = """
access_rights | Droits d’accès | حقوق الولوج | Access rights
access_service | Service d’accès | خدمة الولوج | Access service
access_url | Adresse d’accès | عنوان الولوج | Access address
agent | Organisme | الهيئة | Agent
algorithm | Algorithme | الخوارزمية | Algorithm
applicable_legislation | Texte applicable | النص القانوني المطبق | Applicable legislation
availability | Disponibilité prévue | مدى التوفر المتوقع | Planned availability
bbox | Rectangle englobant (WKT) | المستطيل المحيط (WKT) | Bounding box (WKT)
byte_size | Taille en octets | الحجم بالبايت | Size in bytes
catalog | Autre catalogue | فهرس آخر | Other catalogue
centroid | Point central (WKT) | النقطة المركزية (WKT) | Centre (WKT)
checksum | Somme de contrôle | بصمة التحقق | Checksum
compress_format | Format de compression | صيغة الضغط | Compression format
conforms_to | Conforme à | مطابق لـ | Conforms to
contact_point | Contact | جهة الاتصال | Contact
creator | Producteur | الجهة المنتجة | Creator
current_version | Version actuelle | النسخة الحالية | Current version
dataset | Jeu de données | مجموعة البيانات | Dataset
description | Description | الوصف | Description
distribution | Fichier | الملف | File
documentation | Documentation | الوثائق | Documentation
download_url | Adresse de téléchargement | عنوان التحميل | Download address
email | Adresse électronique | البريد الإلكتروني | E-mail
end | Fin | النهاية | End
endpoint_description | Description du service | وصف الخدمة | Service description
endpoint_url | Adresse du service | عنوان الخدمة | Service address
format | Format de fichier | صيغة الملف | File format
frequency | Fréquence de mise à jour | وتيرة التحيين | Update frequency
geometry | Géométrie | الشكل الهندسي | Geometry
has_part | Catalogue inclus | فهرس مدرج | Part
has_version | Autres versions | نسخ أخرى | Other versions
homepage | Page d’accueil | الصفحة الرئيسية | Homepage
hvd_category | Catégorie de forte valeur | فئة البيانات عالية القيمة | High-value category
identifier | Identifiant | المعرف | Identifier
in_series | Série | السلسلة | Series
iri | Adresse permanente | العنوان الدائم | Permanent address
is_referenced_by | Cité par | مذكور في | Referenced by
issued | Date de publication | تاريخ النشر | Date of publication
keyword | Mots-clés | الكلمات المفتاحية | Keywords
label | Libellé | التسمية | Label
landing_page | Page d’accueil du jeu | صفحة مجموعة البيانات | Landing page
language | Langue | اللغة | Language
licence | Licence | الرخصة | Licence
media_type | Type de média | نوع الوسائط | Media type
modified | Date de modification | تاريخ آخر تعديل | Date of change
name | Nom | الاسم | Name
notation | Notation | الرمز | Notation
other_identifier | Autre identifiant | معرف آخر | Other identifier
package_format | Format d’archive | صيغة الأرشيف | Package format
page | Page web | صفحة الويب | Web page
policy | Politique d’usage | سياسة الاستعمال | Policy
previous_version | Version précédente | النسخة السابقة | Previous version
primary_topic | Objet de la fiche | موضوع البطاقة | Primary topic
provenance | Provenance | المصدر والمسار | Provenance
publisher | Éditeur | الجهة الناشرة | Publisher
qualified_attribution | Contributions | المساهمات | Attributions
qualified_relation | Relations qualifiées | علاقات محددة الدور | Qualified relations
record | Fiche du catalogue | بطاقة الفهرس | Catalogue record
relation | Ressources liées | موارد ذات صلة | Related resources
rights | Conditions de réutilisation | شروط إعادة الاستعمال | Rights
role | Rôle | الدور | Role
sample | Échantillon | عينة | Sample
scheme | Liste de codes | لائحة الرموز | List of codes
serves_dataset | Jeux de données servis | مجموعات البيانات المعروضة | Datasets served
service | Service de données | خدمة البيانات | Data service
source | Source | المصدر | Source
spatial | Couverture géographique | التغطية الجغرافية | Geographical coverage
spatial_resolution | Résolution spatiale (m) | الدقة المكانية بالمتر | Spatial resolution (m)
start | Début | البداية | Start
status | Statut | الوضعية | Status
telephone | Téléphone | الهاتف | Telephone
temporal | Période couverte | الفترة المشمولة | Period covered
temporal_resolution | Résolution temporelle | الدقة الزمنية | Temporal resolution
theme | Thème | الموضوع | Theme
themes | Liste des thèmes | لائحة المواضيع | Theme taxonomy
title | Titre | العنوان | Title
type | Type | النوع | Type
value | Valeur | القيمة | Value
version | Version | النسخة | Version
version_notes | Notes de version | ملاحظات النسخة | Version notes
was_generated_by | Activité d’origine | النشاط المنتج | Generating activity
wkt | Tracé (WKT) | الرسم (WKT) | Shape (WKT)
"""

LABELS: Mapping[str, Texts] = {
    name: {"fr": fr, "ar": ar, "en": en}
    for name, fr, ar, en in (
        (part.strip() for part in line.split("|")) for line in _WORDS.strip().splitlines()
    )
}
"""Every field of the table by its name; what is called alike is one thing."""


class Fault(StrEnum):
    """What can be wrong with a field."""

    MISSING = "missing"
    TOO_MANY = "too-many"
    UNLISTED = "unlisted"
    MALFORMED = "malformed"
    INCOMPLETE = "incomplete"
    CIRCULAR = "circular"


_SENTENCES: Mapping[Fault, Texts] = {
    Fault.MISSING: {
        "fr": "« {label} » est vide : ce champ est obligatoire.",
        "ar": "الحقل «{label}» فارغ، وهو إلزامي.",
        "en": "“{label}” is empty: it must be given.",
    },
    Fault.TOO_MANY: {
        "fr": "« {label} » n’admet qu’une valeur (une par langue pour un texte).",
        "ar": "لا يقبل الحقل «{label}» إلا قيمة واحدة (واحدة لكل لغة إذا كان نصا).",
        "en": "“{label}” takes one value (one in each language for a text).",
    },
    Fault.UNLISTED: {
        "fr": "« {label} » : la valeur n’est pas dans la liste de codes.",
        "ar": "الحقل «{label}»: القيمة غير واردة في لائحة الرموز.",
        "en": "“{label}”: the value is not in the list of codes.",
    },
    Fault.MALFORMED: {
        "fr": "« {label} » : valeur mal formée, ou avec un caractère illisible.",
        "ar": "الحقل «{label}»: القيمة غير سليمة الشكل أو تتضمن حرفا غير مقروء.",
        "en": "“{label}”: malformed, or with a character that can’t be read.",
    },
    Fault.INCOMPLETE: {
        "fr": "« {label} » ne va pas sans ce qui doit l’accompagner (données de forte valeur).",
        "ar": "لا يستقيم الحقل «{label}» دون ما يجب أن يرافقه (البيانات عالية القيمة).",
        "en": "“{label}” lacks what must come with it (high-value datasets).",
    },
    Fault.CIRCULAR: {
        "fr": "« {label} » ramène à ce même jeu de données.",
        "ar": "يؤدي الحقل «{label}» إلى مجموعة البيانات نفسها.",
        "en": "“{label}” leads back to this same dataset.",
    },
}


def said_of(field: str, fault: Fault) -> Texts:
    """The sentence about a field, ``contact_point.email`` for one within another.

    >>> said_of("title", Fault.MISSING)["en"]
    '“Title” is empty: it must be given.'
    """
    label = LABELS[field.rpartition(".")[2].partition("[")[0]]
    return {
        language: sentence.format(label=label[language])
        for language, sentence in _SENTENCES[fault].items()
    }
