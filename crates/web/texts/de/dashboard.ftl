# The same words as in texts/en/dashboard.ftl.

dashboard-title = Apps mit Zugriff auf Ihre Konten
dashboard-intro = Hier sehen Sie, wer Daten über Sie von { $bank } erhalten kann, und können das jederzeit beenden.
dashboard-how = So funktioniert das Teilen von Daten
dashboard-how-start = Eine App erhält erst dann Daten, wenn Sie bei { $bank } zugestimmt haben. Damit beginnen Sie in der App, nicht hier.
dashboard-how-stop = Sie können das Teilen jederzeit beenden. Von diesem Moment an erhält die App nichts Neues mehr.
dashboard-how-password = Wenn Sie einer App Ihr Passwort gegeben haben, steht sie nicht in dieser Liste. Ändern Sie Ihr Passwort, um sie auszusperren.
dashboard-standing = Hat Zugriff
dashboard-no-longer = Hat keinen Zugriff mehr
dashboard-summary = { $count ->
    [one] { $count } App kann Daten sehen.
   *[other] { $count } Apps können Daten sehen.
}
dashboard-summary-soon = { $count ->
    [one] { $count } Verbindung endet bald.
   *[other] { $count } Verbindungen enden bald.
}
dashboard-several = { $count ->
    [one] { $count } Verbindung
   *[other] { $count } Verbindungen, jede endet für sich
}
dashboard-since = Seit { $date }
dashboard-until = Bis { $date }
dashboard-no-end = Ohne Enddatum
dashboard-last-used-line = Zuletzt verwendet: { $moment }
dashboard-never = Nie
dashboard-today = Heute, { $time }
dashboard-details = Einzelheiten
dashboard-show-all = Alle { $count } anzeigen
dashboard-empty-title = Keine App hat Zugriff.
dashboard-empty-text = Wenn Sie eine App mit Ihren Konten verbinden, erscheint sie hier. Damit beginnen Sie in der App. Eine App, die Ihr Passwort kennt, steht nicht in dieser Liste.
dashboard-look-again = Noch einmal nachsehen
dashboard-help = Fragen? { $bank }: { $help }

dashboard-status-active = Aktiv
dashboard-status-soon = Endet bald
dashboard-status-paused = Von Ihrer Bank ausgesetzt
dashboard-status-ended = Abgelaufen
dashboard-status-stopped = Beendet
dashboard-paused-text = { $bank } hat diese App vorerst abgeschaltet. Sie erhält daher keine Daten.

dashboard-ended-by-you = Von Ihnen beendet am { $moment }
dashboard-ended-by-delegate = In Ihrem Namen beendet am { $moment }
dashboard-ended-by-app = Von { $app } beendet am { $moment }
dashboard-ended-by-bank = Von { $bank } beendet am { $moment }
dashboard-ended-by-system = Automatisch beendet am { $moment }
dashboard-ended-by-time = Geendet am { $moment }, weil die Zeit abgelaufen war
dashboard-ended-emptied = Beendet am { $moment }, weil nichts mehr zu teilen war

dashboard-detail-title = { $app }: Einzelheiten
dashboard-back = Alle Apps
dashboard-who = Wer
dashboard-name = Name
dashboard-application = App
dashboard-legal-name = Unternehmen
dashboard-registered = Registriert als
dashboard-website = Website
dashboard-contact = Kontakt und Beschwerden
dashboard-hosts = Adressen der App
dashboard-what = Was geteilt wird
dashboard-what-was = Was geteilt wurde
dashboard-raw-name = So heißt es bei { $bank }.
dashboard-withdrawn = Nicht mehr geteilt
dashboard-why = Wozu
dashboard-why-note = Diesen Wortlaut haben Sie gesehen, als Sie zugestimmt haben:
dashboard-text-version = Textfassung { $version }
dashboard-how-long = Wie lange
dashboard-granted = Zugestimmt
dashboard-ends = Endet
dashboard-ended = Geendet
dashboard-reference = Referenz
dashboard-activity = Nutzung
dashboard-last-used = Zuletzt verwendet
dashboard-used-days = In den letzten 30 Tagen verwendet
dashboard-used-days-count = { $count ->
    [one] an { $count } Tag
   *[other] an { $count } Tagen
}
dashboard-last-refused = Letzter abgewiesener Versuch

dashboard-stop = Teilen beenden
dashboard-stop-title = Teilen mit { $app } beenden?
dashboard-stop-what = Folgendes endet jetzt, für alle Ihre Konten:
dashboard-stop-kept = Daten, die { $app } schon hat, bleiben dort. Dafür gelten die Regeln von { $app }.
dashboard-stop-ask = Sie können verlangen, dass die Daten dort gelöscht werden:
dashboard-stop-effect = { $app } funktioniert danach für Sie vielleicht nicht mehr. Vielleicht möchten Sie dort zuerst Bescheid geben.
dashboard-go-back = Zurück
dashboard-try-again = Noch einmal versuchen
dashboard-stopped = Das Teilen mit { $app } ist beendet. { $moment }
dashboard-was-over = Das Teilen mit { $app } war schon beendet. { $moment }
dashboard-stop-failed-title = Das Teilen wurde nicht beendet
dashboard-stop-failed-text = Bei uns ist etwas schiefgegangen. Es wurde nichts geändert. Bitte versuchen Sie es noch einmal.

dashboard-missing-title = Diese Verbindung wurde nicht gefunden
dashboard-missing-text = Unten steht alles, was es jetzt gibt.
dashboard-over-title = Diese Ansicht ist geschlossen
dashboard-over-text = Sie wurde geschlossen, um Ihre Daten zu schützen. Schließen Sie sie und öffnen Sie sie bei Ihrer Bank neu.
dashboard-unavailable-title = Vorerst abgeschaltet
dashboard-unavailable-text = Ihre Bank hat diese Seite vorerst abgeschaltet. Bitte versuchen Sie es später noch einmal.
dashboard-not-framed-title = Öffnen Sie diese Seite bei Ihrer Bank
dashboard-not-framed-text = Diese Seite wird nur auf der Website oder in der App Ihrer Bank angezeigt. Schließen Sie sie und öffnen Sie sie dort neu.
