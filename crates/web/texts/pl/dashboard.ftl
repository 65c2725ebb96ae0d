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
