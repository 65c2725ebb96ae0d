# Why data may not be used, for the person whose data it is.

reason-no-consent = Nie wyrażono na to zgody.
reason-pending = Zadano Ci to pytanie i nie ma jeszcze odpowiedzi.
reason-pending-approval = Zgoda została wyrażona, ale trzeba ją jeszcze potwierdzić.
reason-denied = Odmówiono zgody.
reason-revoked = Udostępnianie tych danych zostało zatrzymane.
reason-expired = Czas, na który wyrażono zgodę, minął.
reason-restricted = Zgoda obejmuje mniej niż to.
reason-wrong-version = Treść zmieniła się od czasu wyrażenia zgody. Pytanie zostanie zadane ponownie.
reason-grant-ended = Dostęp, do którego to należało, zakończył się.
reason-party-suspended = Podmiot, który o to prosi, nie jest obecnie obsługiwany.
reason-processing-restricted = Korzystanie z Twoich danych jest obecnie ograniczone.
