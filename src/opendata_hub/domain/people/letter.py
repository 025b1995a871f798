"""The mails of the hub, in three languages. They name nobody, and hold no secret but a link."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from opendata_hub.domain.correspondence.mail import Mail


class LetterKind(StrEnum):
    """What a letter says. The first four carry a link."""

    CONFIRM = "confirm"
    CHANGE = "change"
    RESET = "reset"
    INVITE = "invite"
    HAS_ACCOUNT = "has-account"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105  (what happened, not a secret)
    ADDRESS_CHANGED = "address-changed"
    FACTOR_ON = "second-factor-on"
    FACTOR_OFF = "second-factor-off"
    RECOVERY_USED = "recovery-used"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that waits to be sent. link: what it carries."""

    kind: LetterKind
    email: str
    language: str
    link: int | None
    written_at: datetime


def in_words(letter: Letter, *, hub: str, address: str) -> Mail:
    """The letter in its language. hub: its title there. address: of the link, or of the hub."""
    subject, *paragraphs = TEXTS[letter.kind][letter.language]
    said = [each.replace("{address}", address) for each in paragraphs]
    closing = f"-- \n{hub}\n{CLOSING[letter.language]}\n"
    body = "\n\n".join([GREETING[letter.language], *said, closing])
    return Mail(letter.email, f"{subject} – {hub}", body, letter.language)


GREETING: Mapping[str, str] = {"fr": "Bonjour,", "ar": "السلام عليكم،", "en": "Hello,"}
CLOSING: Mapping[str, str] = {
    "fr": "Ce message a été envoyé automatiquement.",
    "ar": "أُرسلت هذه الرسالة تلقائيا.",
    "en": "This message was sent automatically.",
}
TEXTS: Mapping[LetterKind, Mapping[str, tuple[str, ...]]] = {
    LetterKind.CONFIRM: {
        "fr": (
            "Confirmez votre adresse",
            (
                "Pour ouvrir votre compte, suivez ce lien dans les 24 heures et choisissez un "
                "mot de passe :"
            ),
            "{address}",
            "Si vous n’avez rien demandé, ignorez ce message : aucun compte ne sera ouvert.",
        ),
        "ar": (
            "تأكيد عنوانكم",
            "لفتح حسابكم، يرجى اتباع هذا الرابط خلال 24 ساعة واختيار كلمة سر:",
            "{address}",
            "إذا لم تطلبوا ذلك، فتجاهلوا هذه الرسالة: لن يُفتح أي حساب.",
        ),
        "en": (
            "Confirm your address",
            "To open your account, follow this link within 24 hours and choose a password:",
            "{address}",
            "If you did not ask for this, ignore this message: no account will be opened.",
        ),
    },
    LetterKind.CHANGE: {
        "fr": (
            "Confirmez votre nouvelle adresse",
            (
                "Pour que cette adresse devienne celle de votre compte, suivez ce lien dans les "
                "24 heures :"
            ),
            "{address}",
            "Si vous n’avez rien demandé, ignorez ce message : rien ne changera.",
        ),
        "ar": (
            "تأكيد عنوانكم الجديد",
            "ليصبح هذا العنوان عنوان حسابكم، يرجى اتباع هذا الرابط خلال 24 ساعة:",
            "{address}",
            "إذا لم تطلبوا ذلك، فتجاهلوا هذه الرسالة: لن يتغير أي شيء.",
        ),
        "en": (
            "Confirm your new address",
            "To make this the address of your account, follow this link within 24 hours:",
            "{address}",
            "If you did not ask for this, ignore this message: nothing will change.",
        ),
    },
    LetterKind.RESET: {
        "fr": (
            "Choisissez un nouveau mot de passe",
            "Pour choisir un nouveau mot de passe, suivez ce lien dans l’heure :",
            "{address}",
            ("Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même."),
        ),
        "ar": (
            "اختيار كلمة سر جديدة",
            "لاختيار كلمة سر جديدة، يرجى اتباع هذا الرابط خلال ساعة:",
            "{address}",
            "إذا لم تطلبوا ذلك، فتجاهلوا هذه الرسالة: تبقى كلمة سركم كما هي.",
        ),
        "en": (
            "Choose a new password",
            "To choose a new password, follow this link within the hour:",
            "{address}",
            "If you did not ask for this, ignore this message: your password stays the same.",
        ),
    },
    LetterKind.INVITE: {
        "fr": (
            "Vous êtes invité(e)",
            (
                "Vous êtes invité(e) à travailler dans ce portail. Suivez ce lien dans les sept "
                "jours :"
            ),
            "{address}",
            "Si vous n’attendiez pas cette invitation, ignorez ce message.",
        ),
        "ar": (
            "دعوة",
            "أنتم مدعوون إلى العمل في هذه البوابة. يرجى اتباع هذا الرابط خلال سبعة أيام:",
            "{address}",
            "إذا لم تكونوا تنتظرون هذه الدعوة، فتجاهلوا هذه الرسالة.",
        ),
        "en": (
            "You are invited",
            "You are invited to work in this portal. Follow this link within seven days:",
            "{address}",
            "If you did not expect this invitation, ignore this message.",
        ),
    },
    LetterKind.HAS_ACCOUNT: {
        "fr": (
            "Vous avez déjà un compte",
            (
                "Quelqu’un a voulu ouvrir un compte avec cette adresse, qui en a déjà un. Si "
                "c’était vous, connectez-vous ou choisissez un nouveau mot de passe :"
            ),
            "{address}",
            "Sinon, ignorez ce message.",
        ),
        "ar": (
            "لديكم حساب من قبل",
            (
                "أراد أحدهم فتح حساب بهذا العنوان الذي له حساب من قبل. إذا كنتم أنتم، فسجلوا "
                "الدخول أو اختاروا كلمة سر جديدة:"
            ),
            "{address}",
            "وإلا فتجاهلوا هذه الرسالة.",
        ),
        "en": (
            "You already have an account",
            (
                "Somebody wanted to open an account with this address, which has one already. "
                "If it was you, sign in or choose a new password:"
            ),
            "{address}",
            "Otherwise ignore this message.",
        ),
    },
    LetterKind.PASSWORD_CHANGED: {
        "fr": (
            "Votre mot de passe a changé",
            (
                "Le mot de passe de votre compte vient de changer et toutes les autres sessions "
                "ont été fermées. Si ce n’était pas vous, choisissez-en un autre aussitôt :"
            ),
            "{address}",
        ),
        "ar": (
            "تغيرت كلمة سركم",
            (
                "تغيرت كلمة سر حسابكم الآن، وأُغلقت كل الجلسات الأخرى. إذا لم تكونوا أنتم من "
                "غيّرها، فاختاروا كلمة أخرى فورا:"
            ),
            "{address}",
        ),
        "en": (
            "Your password has changed",
            (
                "The password of your account has just changed, and all other sessions were "
                "closed. If it was not you, choose another one at once:"
            ),
            "{address}",
        ),
    },
    LetterKind.ADDRESS_CHANGED: {
        "fr": (
            "L’adresse de votre compte a changé",
            (
                "Votre compte a maintenant une autre adresse ; celle-ci n’y donne plus accès. "
                "Si ce n’était pas vous, écrivez à l’autorité qui tient ce portail :"
            ),
            "{address}",
        ),
        "ar": (
            "تغير عنوان حسابكم",
            (
                "أصبح لحسابكم عنوان آخر، ولم يعد هذا العنوان يفتحه. إذا لم تكونوا أنتم من "
                "غيّره، فراسلوا الجهة المسؤولة عن هذه البوابة:"
            ),
            "{address}",
        ),
        "en": (
            "The address of your account has changed",
            (
                "Your account has another address now; this one no longer opens it. If it was "
                "not you, write to the authority that keeps this portal:"
            ),
            "{address}",
        ),
    },
    LetterKind.FACTOR_ON: {
        "fr": (
            "La connexion en deux étapes est activée",
            (
                "Votre compte demande maintenant un code à chaque connexion. Si ce n’était pas "
                "vous, changez votre mot de passe et écrivez à l’autorité qui tient ce portail "
                ":"
            ),
            "{address}",
        ),
        "ar": (
            "فُعِّل تسجيل الدخول على مرحلتين",
            (
                "أصبح حسابكم يطلب رمزا عند كل تسجيل دخول. إذا لم تكونوا أنتم من فعّل ذلك، "
                "فغيّروا كلمة السر وراسلوا الجهة المسؤولة عن هذه البوابة:"
            ),
            "{address}",
        ),
        "en": (
            "Two-step sign-in is on",
            (
                "Your account now asks for a code at each sign-in. If it was not you, change "
                "your password and write to the authority that keeps this portal:"
            ),
            "{address}",
        ),
    },
    LetterKind.FACTOR_OFF: {
        "fr": (
            "La connexion en deux étapes est désactivée",
            (
                "Votre compte ne demande plus de code à la connexion. Si ce n’était pas vous, "
                "changez votre mot de passe aussitôt :"
            ),
            "{address}",
        ),
        "ar": (
            "أُلغي تسجيل الدخول على مرحلتين",
            (
                "لم يعد حسابكم يطلب رمزا عند تسجيل الدخول. إذا لم تكونوا أنتم من ألغى ذلك، "
                "فغيّروا كلمة السر فورا:"
            ),
            "{address}",
        ),
        "en": (
            "Two-step sign-in is off",
            (
                "Your account no longer asks for a code at sign-in. If it was not you, change "
                "your password at once:"
            ),
            "{address}",
        ),
    },
    LetterKind.RECOVERY_USED: {
        "fr": (
            "Un code de secours a été utilisé",
            (
                "Quelqu’un s’est connecté à votre compte avec un code de secours ; la connexion "
                "en deux étapes est à configurer de nouveau. Si ce n’était pas vous, changez "
                "votre mot de passe aussitôt :"
            ),
            "{address}",
        ),
        "ar": (
            "استُعمل رمز احتياطي",
            (
                "سجل أحدهم الدخول إلى حسابكم برمز احتياطي، ويجب إعداد تسجيل الدخول على مرحلتين "
                "من جديد. إذا لم تكونوا أنتم، فغيّروا كلمة السر فورا:"
            ),
            "{address}",
        ),
        "en": (
            "A recovery code was used",
            (
                "Somebody signed in to your account with a recovery code; two-step sign-in is "
                "to be set up anew. If it was not you, change your password at once:"
            ),
            "{address}",
        ),
    },
}
"""The subject of each letter, then its paragraphs."""
