# The same words as in texts/en/dashboard.ftl.

dashboard-title = Aplikacje z dostępem do Twoich kont
dashboard-intro = Tu widzisz, kto może otrzymywać dane o Tobie z { $bank }, i w każdej chwili możesz to zatrzymać.
dashboard-how = Jak działa udostępnianie danych
dashboard-how-start = Aplikacja może otrzymywać dane dopiero po wyrażeniu zgody w { $bank }. Zaczyna się to w aplikacji, nie tutaj.
dashboard-how-stop = Możesz to zatrzymać w każdej chwili. Od tego momentu aplikacja nie otrzymuje niczego nowego.
dashboard-how-password = Jeśli jakaś aplikacja zna Twoje hasło, nie ma jej na tej liście. Zmień hasło, aby odciąć jej dostęp.
dashboard-standing = Mają dostęp
dashboard-no-longer = Nie mają już dostępu
dashboard-summary = { $count ->
    [one] { $count } aplikacja może widzieć dane.
    [few] { $count } aplikacje mogą widzieć dane.
    [many] { $count } aplikacji może widzieć dane.
   *[other] { $count } aplikacji może widzieć dane.
}
dashboard-summary-soon = { $count ->
    [one] { $count } połączenie wkrótce się skończy.
    [few] { $count } połączenia wkrótce się skończą.
    [many] { $count } połączeń wkrótce się skończy.
   *[other] { $count } połączenia wkrótce się skończy.
}
dashboard-several = { $count ->
    [one] { $count } połączenie
    [few] { $count } połączenia, każde kończy się osobno
    [many] { $count } połączeń, każde kończy się osobno
   *[other] { $count } połączenia, każde kończy się osobno
}
dashboard-since = Od { $date }
dashboard-until = Do { $date }
dashboard-no-end = Bez daty końcowej
dashboard-last-used-line = Ostatnie użycie: { $moment }
dashboard-never = Nigdy
dashboard-today = Dzisiaj, { $time }
dashboard-details = Szczegóły
dashboard-show-all = Pokaż wszystkie ({ $count })
dashboard-empty-title = Żadna aplikacja nie ma dostępu.
dashboard-empty-text = Gdy połączysz aplikację ze swoimi kontami, pojawi się tutaj. Zaczyna się to w aplikacji. Aplikacji, która zna Twoje hasło, nie ma na tej liście.
dashboard-look-again = Sprawdź ponownie
dashboard-help = Pytania? { $bank }: { $help }

dashboard-status-active = Aktywne
dashboard-status-soon = Wkrótce się kończy
dashboard-status-paused = Wstrzymane przez bank
dashboard-status-ended = Zakończone
dashboard-status-stopped = Zatrzymane
dashboard-paused-text = { $bank } na razie wyłącza dostęp tej aplikacji, więc nie otrzymuje ona danych.

dashboard-ended-by-you = Zatrzymane przez Ciebie: { $moment }
dashboard-ended-by-delegate = Zatrzymane w Twoim imieniu: { $moment }
dashboard-ended-by-app = Zatrzymane przez aplikację { $app }: { $moment }
dashboard-ended-by-bank = Zatrzymane przez { $bank }: { $moment }
dashboard-ended-by-system = Zatrzymane automatycznie: { $moment }
dashboard-ended-by-time = Zakończone, bo minął termin: { $moment }
dashboard-ended-emptied = Zatrzymane, bo nie zostało nic do udostępnienia: { $moment }

dashboard-detail-title = { $app }: szczegóły
dashboard-back = Wszystkie aplikacje
dashboard-who = Kto
dashboard-name = Nazwa
dashboard-application = Aplikacja
dashboard-legal-name = Firma
dashboard-registered = Zarejestrowana jako
dashboard-website = Strona internetowa
dashboard-contact = Kontakt i reklamacje
dashboard-hosts = Adresy aplikacji
dashboard-what = Co jest udostępniane
dashboard-what-was = Co było udostępniane
dashboard-raw-name = Tak nazywa to { $bank }.
dashboard-withdrawn = Już nieudostępniane
dashboard-why = Po co
dashboard-why-note = Słowa widoczne w chwili wyrażenia zgody:
dashboard-text-version = wersja tekstu { $version }
dashboard-how-long = Jak długo
dashboard-duration = Czas trwania
dashboard-duration-once = Tylko raz
dashboard-duration-bound = Do określonej daty
dashboard-duration-open = Do zatrzymania przez Ciebie
dashboard-granted = Data zgody
dashboard-ends = Koniec
dashboard-ended = Zakończono
dashboard-reference = Numer referencyjny
dashboard-activity = Aktywność
dashboard-last-used = Ostatnie użycie
dashboard-used-days = Użycie w ciągu ostatnich 30 dni
dashboard-used-days-count = { $count ->
    [one] { $count } dzień
    [few] { $count } dni
    [many] { $count } dni
   *[other] { $count } dnia
}
dashboard-last-refused = Ostatnia odrzucona próba

dashboard-stop = Zatrzymaj udostępnianie
dashboard-stop-title = Zatrzymać udostępnianie aplikacji { $app }?
dashboard-stop-what = To kończy się teraz, dla wszystkich Twoich kont:
dashboard-stop-kept = Dane, które aplikacja { $app } już ma, pozostają u niej, na jej własnych zasadach.
dashboard-stop-ask = Możesz poprosić o usunięcie danych:
dashboard-stop-effect = Aplikacja { $app } może przestać u Ciebie działać. Warto ją najpierw powiadomić.
dashboard-go-back = Wróć
dashboard-try-again = Spróbuj ponownie
dashboard-stopped = Zatrzymano udostępnianie aplikacji { $app }. { $moment }
dashboard-was-over = Udostępnianie aplikacji { $app } było już zakończone. { $moment }
dashboard-stop-failed-title = Udostępnianie nie zostało zatrzymane
dashboard-stop-failed-text = Coś poszło nie tak po naszej stronie. Nic nie zostało zmienione. Spróbuj ponownie.

dashboard-missing-title = Nie znaleziono tego połączenia
dashboard-missing-text = Poniżej jest wszystko, co istnieje teraz.
dashboard-over-title = Ten widok został zamknięty
dashboard-over-text = Zamknięto go dla bezpieczeństwa Twoich danych. Zamknij go i otwórz ponownie w swoim banku.
dashboard-unavailable-title = Na razie wyłączone
dashboard-unavailable-text = Twój bank na razie wyłączył tę stronę. Spróbuj później.
dashboard-not-framed-title = Otwórz tę stronę w swoim banku
dashboard-not-framed-text = Ta strona jest widoczna tylko w serwisie lub aplikacji Twojego banku. Zamknij ją i otwórz ponownie stamtąd.

dashboard-status-nothing = Nic nie jest udostępniane
dashboard-nothing-text = Aplikacja { $app } pozostaje w połączeniu, ale nie widzi żadnego z Twoich kont.
dashboard-mark-new = Nowe
dashboard-mark-once = Tylko raz
dashboard-mark-never = Nigdy nieużywane
dashboard-mark-unused = Nieużywane od 90 dni
dashboard-through-line = przez { $name }
dashboard-through = Za pośrednictwem
dashboard-chain = Dane trafiają z { $bank } do aplikacji { $app } przez { $through }.
dashboard-through-title = Wszystko, co przechodzi przez { $name }
dashboard-through-what = Te aplikacje otrzymują Twoje dane z { $bank } przez { $name }.
dashboard-state = Stan
dashboard-renewed = Przedłużono
dashboard-more = Więcej
dashboard-save = Zapisz
dashboard-find = Szukaj i sortuj
dashboard-find-name = Nazwa aplikacji
dashboard-find-account = Kto może widzieć to konto?
dashboard-find-any = Dowolne konto
dashboard-find-show = Pokaż
dashboard-find-nothing = Nic nie pasuje. Pozostałe aplikacje nadal tu są.
dashboard-order = Kolejność
dashboard-order-recent = Od ostatnio używanych
dashboard-order-name = Według nazwy
dashboard-order-ending = Od kończących się najwcześniej
dashboard-accounts = Konta
dashboard-no-accounts = Brak kont
dashboard-accounts-not-shared = Nieudostępniane
dashboard-accounts-unreadable = Nazw Twoich kont nie można teraz pokazać. Mimo to możesz zatrzymać udostępnianie.
dashboard-new-accounts-shared = Konta otwarte później też będą udostępniane.
dashboard-new-accounts-not-shared = Konta otwarte później nie będą udostępniane.
dashboard-accounts-change = Zmień konta
dashboard-accounts-title = Które konta może widzieć aplikacja { $app }?
dashboard-accounts-how = Aplikacja { $app } widzi zaznaczone konta. Nic się nie zmieni, zanim zobaczysz podsumowanie.
dashboard-accounts-others = Konta, które otworzę później
dashboard-accounts-look = Zobacz, co się zmieni
dashboard-accounts-off = Aplikacja { $app } nie będzie już widzieć:
dashboard-accounts-on = Aplikacja { $app } będzie widzieć te konta ({ $data }):
dashboard-accounts-widens = poza zakresem pierwotnej zgody
dashboard-accounts-nothing-left = Aplikacja { $app } nie widziałaby żadnego konta, ale pozostałaby w połączeniu. Jeśli chcesz zakończyć połączenie, zatrzymaj udostępnianie.
dashboard-accounts-changed = Twój wybór kont został zapisany.
dashboard-nothing-changed = Nic się nie zmieniło.
dashboard-changed-meanwhile = W międzyczasie to się zmieniło
dashboard-changed-meanwhile-text = Poniżej widać obecny stan. Wybierz ponownie.
dashboard-may-not-widen = Konta spoza zakresu pierwotnej zgody można dodać tylko w aplikacji.
dashboard-keep = Przedłuż
dashboard-keep-title = Przedłużyć udostępnianie aplikacji { $app }?
dashboard-keep-what = Do { $until } aplikacja { $app } będzie nadal widzieć:
dashboard-keep-stop = Możesz to zatrzymać w każdej chwili.
dashboard-keep-there = To połączenie możesz przedłużyć w aplikacji { $app }:
dashboard-kept = Udostępnianie aplikacji { $app } trwa dalej. { $until }
dashboard-not-kept = Tego połączenia nie można teraz przedłużyć. Nic się nie zmieniło.
dashboard-round = Przejrzyj po kolei
dashboard-round-title = Przegląd Twoich aplikacji
dashboard-round-place = { $position } z { $count }
dashboard-round-keep = Zostaw bez zmian
dashboard-round-stopped = Zatrzymano udostępnianie aplikacji { $app }.
dashboard-round-done = To już wszystkie
dashboard-round-kept = { $count ->
    [one] Zachowano { $count } połączenie.
    [few] Zachowano { $count } połączenia.
    [many] Zachowano { $count } połączeń.
   *[other] Zachowano { $count } połączenia.
}
dashboard-activity-all = Cała aktywność
dashboard-activity-title = { $app }: aktywność
dashboard-activity-older = Starsze
dashboard-activity-granted = Twoja zgoda na udostępnianie danych aplikacji { $app }
dashboard-activity-accounts = Zmienione przez Ciebie konta, które może widzieć aplikacja { $app }
dashboard-activity-narrowed = Udostępniane jest mniej niż wcześniej
dashboard-activity-renewed = Połączenie przedłużone przez Ciebie
dashboard-activity-reported = Zgłoszone przez Ciebie jako nierozpoznane
dashboard-activity-replaced = Zastąpione nowszym połączeniem
dashboard-activity-emptied = Zatrzymane, bo nie zostało nic do udostępnienia
dashboard-activity-stopped-by-you = Udostępnianie zatrzymane przez Ciebie
dashboard-activity-stopped-by-app = Zatrzymane przez aplikację { $app }
dashboard-activity-stopped-by-bank = Zatrzymane przez { $bank }
dashboard-activity-stopped = Zatrzymane
dashboard-activity-used = Przekazano dane
dashboard-activity-refused = Odrzucono prośbę o dane
dashboard-report = Nie rozpoznaję tego
dashboard-report-title = Nie rozpoznajesz aplikacji { $app }?
dashboard-report-told = Zgłoszenie przekazano do { $bank }. Udostępnianie trwa, dopóki go nie zatrzymasz.
dashboard-report-hint = Niektóre aplikacje mają inną nazwę niż firma, która je tworzy. W razie wątpliwości zatrzymaj udostępnianie: aplikację możesz w każdej chwili połączyć ponownie.
dashboard-report-help = Uzyskaj pomoc
dashboard-stop-now = Zatrzymaj udostępnianie teraz
dashboard-stop-what-accounts = To kończy się teraz ({ $accounts }):
dashboard-stop-also = { $name } obsługuje też: { $apps }. To się nie zmieni.
dashboard-stop-all = Zatrzymaj całe udostępnianie
dashboard-stop-all-title = Zatrzymać całe udostępnianie?
dashboard-stop-through = Zatrzymaj wszystko, co przechodzi przez { $name }
dashboard-stop-through-title = Zatrzymać wszystko, co przechodzi przez { $name }?
dashboard-stop-several-what = To wszystko kończy się teraz:
dashboard-stop-several-kept = Dane, które te aplikacje już mają, pozostają u nich, na ich własnych zasadach. Aplikacje mogą przestać u Ciebie działać.
dashboard-several-stopped = { $count ->
    [one] Zatrzymano { $count } połączenie.
    [few] Zatrzymano { $count } połączenia.
    [many] Zatrzymano { $count } połączeń.
   *[other] Zatrzymano { $count } połączenia.
}
dashboard-several-failed = { $count ->
    [one] { $count } połączenie trwa nadal. Spróbuj ponownie.
    [few] { $count } połączenia trwają nadal. Spróbuj ponownie.
    [many] { $count } połączeń trwa nadal. Spróbuj ponownie.
   *[other] { $count } połączenia trwa nadal. Spróbuj ponownie.
}
dashboard-several-none = Nie ma nic do zatrzymania.
dashboard-copy = Pobierz kopię
dashboard-copy-title = Kopia tego, co udostępniasz
dashboard-copy-made = { $bank }, { $moment }. Wydrukuj tę stronę albo pobierz ją jako plik.
dashboard-copy-file = Pobierz jako plik
dashboard-copy-signed = Plik jest podpisany przez { $bank }, aby inni mogli sprawdzić, że nikt go nie zmienił.
dashboard-closes = Ten widok zamknie się za dwie minuty, dla bezpieczeństwa Twoich danych.
dashboard-stay = Zostań

dashboard-everything-intro = Tu widzisz swoje zgody w { $bank } i w każdej chwili możesz je wycofać.
dashboard-apps = Aplikacje i usługi
dashboard-sources = Dane z innych źródeł
dashboard-purposes = Do czego mogą służyć Twoje dane
dashboard-purposes-text = Twoje zgody na używanie danych przez { $bank }.
dashboard-records = Inne zgody
dashboard-records-text = Te zgody pochodzą ze strony lub formularza { $bank } albo kogoś, kto współpracuje z { $bank }.
dashboard-single-means = Co to oznacza
dashboard-single-over = Zakończono { $date }
dashboard-single-stop = Wycofaj zgodę
dashboard-single-stop-title = Wycofać zgodę „{ $title }”?
dashboard-single-stop-effect = Od tego momentu zgoda już nie obowiązuje, niezależnie od tego, gdzie została wyrażona. W każdej chwili możesz wyrazić ją ponownie. Dane, które { $bank } musi przechowywać zgodnie z prawem, pozostają.
dashboard-single-stopped = Wycofano zgodę „{ $title }”.
dashboard-single-granted-by-you = Zgoda wyrażona przez Ciebie
dashboard-single-granted = Zapisano Twoją zgodę
dashboard-single-refused = Odmówiono zgody
dashboard-single-changed = Wprowadzono zmianę
dashboard-single-stopped-by-you = Zgoda wycofana przez Ciebie
dashboard-done = Gotowe

dashboard-joint = Udostępniane przez innych, z którymi masz wspólne konto
dashboard-joint-text = Możesz to zakończyć dla wspólnego konta. Nic innego, co udostępniają, się nie zmieni.
dashboard-joint-by = Udostępnia: { $name }
dashboard-joint-by-other = Udostępnia inna osoba, do której należy konto
dashboard-joint-stop-title = Przestać udostępniać { $account } aplikacji { $app }?
dashboard-joint-stop-what = To kończy się teraz, tylko dla tego konta:
dashboard-joint-stop-effect = { $app } może przestać działać dla osoby, która z niej korzysta. Osoba udostępniająca konto może zobaczyć, że to zakończono.
dashboard-joint-stopped = { $app } nie widzi już konta { $account }. { $moment }
dashboard-activity-accounts-joint = Inna osoba, do której należy konto, przestała je udostępniać aplikacji { $app }
dashboard-activity-accounts-changed = Zmieniono, które konta widzi { $app }

dashboard-clusters-change = Zmień, co jest udostępniane
dashboard-clusters-title = Co może widzieć aplikacja { $app }?
dashboard-clusters-how = Odznacz to, czego aplikacja { $app } ma już nie widzieć. Nic się nie zmieni, zanim zobaczysz podsumowanie.
dashboard-clusters-off = Aplikacja { $app } nie będzie już widzieć:
dashboard-clusters-kept = Aplikacja { $app } nadal będzie widzieć:
dashboard-clusters-again = Aplikacja { $app } może o to ponownie poprosić. Wtedy decydujesz w aplikacji.
dashboard-clusters-nothing-left = Aplikacja { $app } nie widziałaby niczego. Aby zakończyć połączenie, zatrzymaj udostępnianie.
dashboard-clusters-changed = Aplikacja { $app } widzi teraz mniej.
dashboard-activity-narrowed-by-you = Udostępniasz aplikacji { $app } mniej niż wcześniej
cluster-sensitive = wrażliwe
cluster-account-basic = Nazwa i saldo konta
cluster-account-basic-fields = Rodzaj konta, nazwa, skrócony numer, saldo bieżące i dostępne
cluster-account-detailed = Szczegóły konta
cluster-account-detailed-fields = Oprocentowanie, limity, opłaty, warunki, daty i wszystkie salda
cluster-payment-support = Numery do płatności na konto lub z konta
cluster-payment-support-fields = Numer konta i banku lub numery, które je zastępują
cluster-transactions = Transakcje
cluster-transactions-fields = Data, kwota, odbiorca lub sprzedawca, kategoria i stan
cluster-statements = Wyciągi
cluster-statements-fields = Wyciągi w plikach
cluster-bills = Nadchodzące rachunki i odbiorcy
cluster-bills-fields = Zaplanowane płatności, kwoty i terminy
cluster-investments = Inwestycje
cluster-investments-fields = Stan posiadania, ceny i wpłaty
cluster-rewards = Nagrody
cluster-rewards-fields = Program i punkty
cluster-tax = Dokumenty podatkowe
cluster-tax-fields = Formularze i kwoty
cluster-images = Obrazy czeków i paragonów
cluster-images-fields = Obrazy
cluster-customer-contact = Twoje dane kontaktowe
cluster-customer-contact-fields = Imię i nazwisko, adres, e-mail i telefon
cluster-customer-personal = Dane osobowe
cluster-customer-personal-fields = Data urodzenia, numer podatkowy i dane tożsamości
cluster-notifications = Powiadomienia o tych kontach
cluster-notifications-fields = Wiadomości, gdy coś się dzieje
dashboard-all-stopped = Wszystko to zostało zatrzymane.
dashboard-all-failed = Część trwa nadal. Poniżej widać, co wciąż obowiązuje. Spróbuj ponownie.
dashboard-zone = Strefa czasowa
