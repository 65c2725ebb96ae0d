# The same words as in texts/en/common.ftl.

skip-to-content = Zum Inhalt springen
help-link = Hilfe
privacy-policy-link = Datenschutzerklärung
terms-link = Nutzungsbedingungen
signed-in-as = Angemeldet als { $name }
signed-out-note = Diese Seite gehört zu { $bank }.
busy = Einen Moment …
request-failed = Wir haben keine Antwort erhalten und wissen deshalb nicht, ob es geklappt hat. Bitte versuchen Sie es noch einmal.
offline = Sie sind offline. Solange keine Verbindung besteht, lässt sich nichts ändern.
field-error = Fehler: { $message }
party-verified = Von { $bank } geprüft
party-unverified = { $bank } hat nicht geprüft, wer das ist
technical-details = Technische Angaben
request-number = Anfragenummer
opens-elsewhere = öffnet { $host } in einem neuen Fenster
not-framed-properly = Diese Ansicht kann hier nicht funktionieren, weil die umgebende Seite ihr keine eigene Adresse erlaubt. Der Betreiber dieser Seite muss dem Rahmen „allow-same-origin“ hinzufügen.

date-long = { $day }. { $month ->
    [1] Januar
    [2] Februar
    [3] März
    [4] April
    [5] Mai
    [6] Juni
    [7] Juli
    [8] August
    [9] September
    [10] Oktober
    [11] November
   *[12] Dezember
} { $year }
date-and-time = { $date } um { $time }
list-pair = { $first } und { $last }
list-more = { $first }, { $rest }
list-end = { $first } und { $last }

failure-invalid-title = Mit diesem Link stimmt etwas nicht
failure-invalid-text = Die Seite, von der Sie kommen, hat etwas verlangt, das hier nicht möglich ist. Gehen Sie zurück und beginnen Sie von vorn. Wenn es wieder passiert, wenden Sie sich an das Unternehmen, das jene Seite betreibt.
failure-forbidden-title = Das ist hier nicht möglich
failure-forbidden-text = Es wurde nichts geändert. Gehen Sie dorthin zurück, woher Sie gekommen sind, und beginnen Sie von vorn.
failure-missing-title = Hier gibt es nichts
failure-missing-text = Vielleicht ist die Seite umgezogen, oder sie war für jemand anderen bestimmt. Prüfen Sie die Adresse oder gehen Sie zurück.
failure-over-title = Diese Seite ist nicht mehr gültig
failure-over-text = Sie wurde bereits verwendet oder war zu lange geöffnet. Gehen Sie dorthin zurück, woher Sie gekommen sind, und beginnen Sie von vorn.
failure-busy-title = Zu viele Versuche
failure-busy-text = Bitte warten Sie etwas, bevor Sie es noch einmal versuchen.
failure-ours-title = Bei uns ist etwas schiefgegangen
failure-ours-text = Wir konnten Ihre Anfrage nicht abschließen. Bitte versuchen Sie es gleich noch einmal. Wenn der Fehler bleibt, nennen Sie uns die Anfragenummer unten.
