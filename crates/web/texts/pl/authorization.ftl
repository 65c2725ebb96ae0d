# The same words as in texts/en/authorization.ftl.

login-title = Logowanie
login-for = Zaloguj się w { $bank }, aby przejść do aplikacji { $client }.
login-name = Nazwa użytkownika
login-password = Hasło
login-button = Zaloguj się
login-wrong = Nazwa użytkownika lub hasło są nieprawidłowe
login-throttled = { $seconds ->
    [one] Zbyt wiele prób. Odczekaj sekundę.
    [few] Zbyt wiele prób. Odczekaj { $seconds } sekundy.
    [many] Zbyt wiele prób. Odczekaj { $seconds } sekund.
   *[other] Zbyt wiele prób. Odczekaj { $seconds } sekundy.
}
login-help = Nic nie zostało zmienione.
login-password-note = Twoje hasło widzi tylko { $bank }. Nigdy nie jest przekazywane dalej.
login-by-code = Zaloguj się kodem z e-maila
code-title = Logowanie kodem
code-second-title = Jeszcze jeden krok
code-second-text = Aby przejść dalej, { $bank } potrzebuje drugiego potwierdzenia, że to Ty: kodu wysłanego na znany adres e-mail.
code-send = Wyślij kod
code-by-password = Zaloguj się hasłem
code-entry-title = Wpisz kod
code-entry-text = Jeśli { $bank } zna Ciebie i Twój adres e-mail, kod złożony z { $digits } cyfr jest już w drodze. Działa przez { $minutes } min i tylko w tej przeglądarce.
code-entry-note = Nic nie przyszło? Sprawdź folder ze spamem albo poproś o kolejny kod. W ciągu kwadransa wysyłamy ich tylko kilka.
code-label = Kod
code-again = Wyślij kolejny kod
code-wrong = { $left ->
    [one] Kod jest nieprawidłowy. Pozostała jedna próba.
    [few] Kod jest nieprawidłowy. Pozostały { $left } próby.
    [many] Kod jest nieprawidłowy. Pozostało { $left } prób.
   *[other] Kod jest nieprawidłowy. Pozostało { $left } próby.
}
code-over = Teraz żaden kod tu nie zadziała. Poproś o kolejny.
login-with = Zaloguj się przez { $provider }
upstream-nobody-title = Nie znamy Cię z tego konta
upstream-nobody-text = Logowanie tam się powiodło, ale { $bank } nie wie, do kogo należy to konto. Niczego nie utworzono ani nie zmieniono. Zaloguj się w inny sposób lub zapytaj w { $bank }.
upstream-foreign-title = Ta odpowiedź tu nie pasuje
upstream-foreign-text = Nie odpowiada temu, o co pytała ta przeglądarka, albo została już użyta. Nikt nie został zalogowany. Wróć do poprzedniego miejsca i zacznij od nowa.
upstream-trouble-title = Ten sposób jest teraz niedostępny
upstream-trouble-text = Nie udało nam się potwierdzić Twojej tożsamości. Nikt nie został zalogowany. Spróbuj później lub zaloguj się w { $bank } w inny sposób.
sessions-title = Gdzie trwa Twoje logowanie
sessions-text = Każda pozycja to przeglądarka, w której masz otwartą sesję w { $bank }. Wyloguj się tam, gdzie to nie Ty albo gdzie już Cię nie ma.
sessions-note = Aplikacje, którym wolno pozostać w połączeniu pod Twoją nieobecność, działają dalej.
sessions-end-others = Wyloguj się wszędzie indziej
sessions-ended = Wylogowano Cię stamtąd.
sessions-ended-others = Wylogowano Cię wszędzie indziej.
session-this = Ta przeglądarka
session-since = Zalogowano
session-seen = Ostatnie użycie
session-how = Sposób logowania
session-by-password = hasło
session-by-code = kod z e-maila
session-device = { $browser }, { $system }
session-device-system = Przeglądarka, { $system }
session-device-unknown = Nieznana przeglądarka
session-end = Wyloguj: { $device }
session-end-this = Wyloguj się tutaj
signed-in-title = Zalogowano
signed-in-text = Możesz zamknąć tę stronę albo wrócić do aplikacji lub na stronę { $bank }, z której prowadziła droga tutaj.
passkey-title = Zaloguj się kluczem dostępu
passkey-text = Urządzenie prosi o odcisk palca, twarz lub swój PIN, a potem potwierdza, że to Ty. Odbiorca potwierdzenia: { $bank }. Żadna z tych danych nie opuszcza urządzenia.
passkey-use = Użyj klucza dostępu
passkey-missing = Klucze dostępu wymagają JavaScriptu i przeglądarki, która je zna. Czegoś z tych dwóch tu brakuje.
passkey-nothing = Nie użyto żadnego klucza dostępu. Spróbuj ponownie lub zaloguj się w inny sposób.
passkey-refused = Ten klucz dostępu tu nie działa
passkey-over = Trwało to zbyt długo albo strona została już użyta. Spróbuj ponownie.
passkey-otherwise = Zaloguj się w inny sposób
session-by-passkey = klucz dostępu
passkeys-title = Twoje klucze dostępu
passkeys-text = Z kluczem dostępu logujesz się w { $bank } odciskiem palca, twarzą lub kodem PIN urządzenia. Nie ma hasła, które ktoś mógłby poznać.
passkeys-none = Nie masz jeszcze klucza dostępu.
passkey-added = Dodano
passkey-where = Gdzie działa
passkey-copied = na Twoich urządzeniach, które współdzielą klucze
passkey-one-device = na jednym urządzeniu
passkey-name = Nazwa
passkey-rename = Zmień nazwę
passkey-save = Zapisz nazwę
passkey-remove = Usuń: { $name }
passkeys-add = Dodaj klucz dostępu
passkeys-hint = Pod tą nazwą znajdziesz go na liście.
passkeys-again-text = Aby dodać klucz dostępu, najpierw zaloguj się jeszcze raz. Dzięki temu nie doda go nikt, kto zastanie Twoje urządzenie odblokowane.
passkeys-again = Zaloguj się ponownie
passkeys-added = Klucz dostępu został dodany. Od teraz możesz się nim logować.
passkeys-removed = Klucz dostępu został usunięty i niczego już nie otwiera. Możesz go też usunąć na swoim urządzeniu.
passkeys-named = Nazwa została zmieniona.
passkeys-full = Nie ma miejsca na kolejny klucz dostępu. Najpierw usuń któryś.
passkeys-last = Ten klucz dostępu to jedyny sposób logowania, więc zostaje. Najpierw dodaj inny.
passkeys-nothing = Nie dodano klucza dostępu. Spróbuj ponownie.

consent-title = Aplikacja { $client } prosi o dostęp do Twoich danych
consent-what = O co prosi aplikacja { $client }
consent-openid = Wiedzieć, że to Ty
consent-openid-text = Otrzymuje numer, który Cię oznacza. Imię, nazwisko i hasło nie są przekazywane.
consent-offline = Pozostać w połączeniu pod Twoją nieobecność
consent-offline-text = Może korzystać z tego dostępu także wtedy, gdy nie używasz aplikacji, aż do dnia podanego poniżej.
consent-why = Po co
consent-until = Do kiedy
consent-until-text = { $date } albo wcześniej, jeśli to zatrzymasz
consent-until-once = Tylko ten jeden raz. Aby ponownie otrzymać dane, { $client } musi zapytać jeszcze raz.
lookback = Jak daleko wstecz
lookback-days = { $count ->
    [one] Dane do { $count } dnia przed każdym zapytaniem
    [few] Dane do { $count } dni przed każdym zapytaniem
    [many] Dane do { $count } dni przed każdym zapytaniem
   *[other] Dane do { $count } dnia przed każdym zapytaniem
}
consent-who = Kto otrzymuje dane
consent-approve = Zgadzam się
consent-decline = Odmawiam
consent-stop = W razie odmowy nic nie zostanie udostępnione. W razie zgody możesz to w każdej chwili zatrzymać w { $bank }.
consent-part = Udostępnij tylko część
consent-part-legend = Zaznacz, co chcesz udostępnić
consent-part-button = Udostępnij tylko zaznaczone
consent-none-ticked = Niczego nie zaznaczono. Zaznacz, co chcesz udostępnić, albo odmów.
consent-not-you = { $name } to nie Ty?
consent-switch = Zaloguj się na inne konto

logout-title = Wylogować się?
logout-text = Nastąpi wylogowanie z { $bank } w tej przeglądarce. Nie dotyczy to aplikacji, którym wolno pozostać w połączeniu pod Twoją nieobecność.
logout-yes = Wyloguj się
logout-no = Nie wylogowuj
signed-out-title = Wylogowano
signed-out-text = W tej przeglądarce nie masz już otwartej sesji w { $bank }. Możesz zamknąć tę stronę.

auth-problem = To się nie udało
auth-unknown-client-title = Nie znamy tej aplikacji
auth-unknown-client-text = Aplikacja, z której prowadzi ten link, nie jest zarejestrowana w { $bank } albo podała adres, który do niej nie należy. Niczego nie udostępniono. Zamknij tę stronę i powiadom firmę, która prowadzi aplikację.
auth-bad-request-title = Coś w tym linku się nie zgadza
auth-bad-request-text = Aplikacja, z której prowadzi ten link, zażądała czegoś, czego { $bank } nie może zrobić. Niczego nie udostępniono. Wróć do aplikacji i zacznij od nowa.
auth-over-title = Ta prośba jest już zakończona
auth-over-text = Udzielono już na nią odpowiedzi albo była otwarta zbyt długo. Nic więcej się tu nie wydarzy. Jeśli nadal tego chcesz, wróć do aplikacji i zacznij od nowa.
auth-foreign-title = To nie należy do tej przeglądarki
auth-foreign-text = Prośba rozpoczęła się w innej przeglądarce albo w { $bank } jest teraz zalogowany ktoś inny. Niczego nie udostępniono. Wróć do aplikacji i zacznij od nowa.
auth-changed-title = W międzyczasie coś się zmieniło
auth-changed-text = Gdy ta strona była otwarta, zmieniła się aplikacja lub Twoje konto w { $bank }, więc prośba nie jest już ważna. Niczego nie udostępniono. Wróć do aplikacji i zacznij od nowa.

everything-title = Wszystkie Twoje zgody

# Identities at other providers.
links-title = Twoje loginy u innych
links-text = Do { $bank } możesz się logować tym, co masz u tych dostawców. { $bank } dowiaduje się, kim tam jesteś, i niczego więcej.
links-again-text = Aby coś tu zmienić, zaloguj się najpierw jeszcze raz. Dzięki temu nie zrobi tego nikt, kto znajdzie Twoje otwarte urządzenie.
link-linked = połączono
link-since = Połączono od
link-none = Jeszcze się tym nie logujesz.
link-add = Połącz { $provider }
link-remove = Odłącz { $provider }
links-linked = Połączono. Od teraz możesz się tym logować.
links-unlinked = Odłączono, niczego tu już nie otwiera. Tam, gdzie była tym otwarta sesja, jest zakończona.
links-taken = Ktoś inny już się tym tutaj loguje. Niczego nie zmieniono.
links-full = Nie ma miejsca na kolejny login. Najpierw odłącz któryś.
links-last = To Twój jedyny sposób logowania, więc zostaje. Najpierw dodaj inny, na przykład klucz dostępu.
links-elsewhere = W międzyczasie zalogował się tu ktoś inny. Niczego nie połączono.

# On to the app.
onward-title = Chwileczkę
onward-text = Przechodzisz dalej do { $client }.
onward-button = Dalej

notices-title = Wiadomości o Twoich zgodach
notices-are-on = { $bank } pisze do Ciebie, gdy wyrażasz zgodę, gdy się ona kończy i zanim się skończy.
notices-are-off = { $bank } nie pisze do Ciebie o Twoich zgodach.
notices-switch-off = Wyłącz te wiadomości
notices-switch-on = Włącz te wiadomości
notices-done-off = Te wiadomości są wyłączone.
notices-done-on = Te wiadomości są włączone.
notices-note = Wiadomości, które chronią Twoje konto, i te, o które prosisz, przychodzą zawsze.
