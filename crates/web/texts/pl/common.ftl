# The same words as in texts/en/common.ftl.

skip-to-content = Przejdź do treści
help-link = Pomoc
privacy-policy-link = Polityka prywatności
terms-link = Warunki korzystania
signed-in-as = Zalogowano jako { $name }
signed-out-note = Ta strona należy do: { $bank }.
busy = Chwileczkę…
request-failed = Nie otrzymaliśmy odpowiedzi, więc nie wiemy, czy się udało. Spróbuj ponownie.
offline = Brak połączenia z internetem. Do jego powrotu nie można niczego zmienić.
field-error = Błąd: { $message }
party-verified = Sprawdzone przez { $bank }
party-unverified = Niesprawdzone przez { $bank }
technical-details = Szczegóły techniczne
request-number = Numer żądania
opens-elsewhere = otwiera { $host } w nowym oknie
not-framed-properly = Ten widok nie może tu działać, ponieważ otaczająca go strona nie pozwala mu na własny adres. Kto prowadzi tę stronę, musi dodać do ramki „allow-same-origin”.

date-long = { $day } { $month ->
    [1] stycznia
    [2] lutego
    [3] marca
    [4] kwietnia
    [5] maja
    [6] czerwca
    [7] lipca
    [8] sierpnia
    [9] września
    [10] października
    [11] listopada
   *[12] grudnia
} { $year }
date-and-time = { $date }, godz. { $time }
list-pair = { $first } i { $last }
list-more = { $first }, { $rest }
list-end = { $first } i { $last }

failure-invalid-title = Coś w tym linku się nie zgadza
failure-invalid-text = Strona, z której prowadzi ten link, zażądała czegoś, czego nie możemy zrobić. Wróć i zacznij od nowa. Jeśli to się powtórzy, powiadom firmę, która prowadzi tamtą stronę.
failure-forbidden-title = Tutaj nie jest to możliwe
failure-forbidden-text = Nic nie zostało zmienione. Wróć do poprzedniego miejsca i zacznij od nowa.
failure-missing-title = Tu niczego nie ma
failure-missing-text = Być może strona została przeniesiona albo była przeznaczona dla kogoś innego. Sprawdź adres lub wróć.
failure-over-title = Ta strona nie jest już ważna
failure-over-text = Została już użyta albo była otwarta zbyt długo. Wróć do poprzedniego miejsca i zacznij od nowa.
failure-busy-title = Zbyt wiele prób
failure-busy-text = Odczekaj chwilę przed następną próbą.
failure-ours-title = Coś poszło nie tak po naszej stronie
failure-ours-text = Nie udało nam się dokończyć tej operacji. Spróbuj ponownie za chwilę. Jeśli to będzie się powtarzać, podaj nam numer żądania widoczny poniżej.
