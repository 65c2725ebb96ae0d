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
dashboard-duration = Dauer
dashboard-duration-once = Nur einmal
dashboard-duration-bound = Bis zu einem Datum
dashboard-duration-open = Bis Sie es beenden
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

dashboard-status-nothing = Nichts geteilt
dashboard-nothing-text = { $app } bleibt verbunden, sieht aber keines Ihrer Konten.
dashboard-mark-new = Neu
dashboard-mark-once = Nur einmal
dashboard-mark-never = Nie verwendet
dashboard-mark-unused = Seit 90 Tagen nicht verwendet
dashboard-through-line = über { $name }
dashboard-through = Über
dashboard-chain = Die Daten gelangen von { $bank } über { $through } zu { $app }.
dashboard-through-title = Alles, was über { $name } läuft
dashboard-through-what = Diese Apps erhalten Ihre Daten von { $bank } über { $name }.
dashboard-state = Stand
dashboard-renewed = Verlängert
dashboard-more = Mehr
dashboard-save = Speichern
dashboard-find = Suchen und sortieren
dashboard-find-name = Name einer App
dashboard-find-account = Wer kann dieses Konto sehen?
dashboard-find-any = Beliebiges Konto
dashboard-find-show = Anzeigen
dashboard-find-nothing = Dazu passt nichts. Ihre anderen Apps sind weiterhin da.
dashboard-order = Reihenfolge
dashboard-order-recent = Zuletzt verwendete zuerst
dashboard-order-name = Nach Namen
dashboard-order-ending = Was zuerst endet
dashboard-accounts = Konten
dashboard-no-accounts = Keine Konten
dashboard-accounts-not-shared = Nicht geteilt
dashboard-accounts-unreadable = Die Namen Ihrer Konten können gerade nicht angezeigt werden. Sie können das Teilen trotzdem beenden.
dashboard-new-accounts-shared = Konten, die Sie später eröffnen, werden auch geteilt.
dashboard-new-accounts-not-shared = Konten, die Sie später eröffnen, werden nicht geteilt.
dashboard-accounts-change = Konten ändern
dashboard-accounts-title = Welche Konten darf { $app } sehen?
dashboard-accounts-how = { $app } sieht die angekreuzten Konten. Es ändert sich nichts, bevor Sie eine Zusammenfassung gesehen haben.
dashboard-accounts-others = Konten, die ich später eröffne
dashboard-accounts-look = Änderungen ansehen
dashboard-accounts-off = { $app } sieht nicht mehr:
dashboard-accounts-on = { $app } sieht künftig { $data } von:
dashboard-accounts-widens = war bei Ihrer ersten Zustimmung nicht dabei
dashboard-accounts-nothing-left = { $app } würde kein Konto mehr sehen, aber verbunden bleiben. Wenn auch die Verbindung enden soll, beenden Sie stattdessen das Teilen.
dashboard-accounts-changed = Ihre Auswahl der Konten ist gespeichert.
dashboard-nothing-changed = Es hat sich nichts geändert.
dashboard-changed-meanwhile = Das wurde inzwischen geändert
dashboard-changed-meanwhile-text = Unten sehen Sie den jetzigen Stand. Bitte wählen Sie noch einmal.
dashboard-may-not-widen = Konten, die bei Ihrer ersten Zustimmung nicht dabei waren, lassen sich nur in der App hinzufügen.
dashboard-keep = Verlängern
dashboard-keep-title = Teilen mit { $app } verlängern?
dashboard-keep-what = { $app } sieht dann bis zum { $until } weiterhin:
dashboard-keep-stop = Sie können das Teilen jederzeit beenden.
dashboard-keep-there = Diese Verbindung können Sie in { $app } verlängern:
dashboard-kept = Das Teilen mit { $app } geht weiter. { $until }
dashboard-not-kept = Diese Verbindung lässt sich jetzt nicht verlängern. Es hat sich nichts geändert.
dashboard-round = Einzeln durchgehen
dashboard-round-title = Ihre Apps durchgehen
dashboard-round-place = { $position } von { $count }
dashboard-round-keep = So lassen
dashboard-round-stopped = Das Teilen mit { $app } ist beendet.
dashboard-round-done = Sie haben alle gesehen
dashboard-round-kept = { $count ->
    [one] { $count } Verbindung beibehalten.
   *[other] { $count } Verbindungen beibehalten.
}
dashboard-activity-all = Gesamter Verlauf
dashboard-activity-title = { $app }: Verlauf
dashboard-activity-older = Ältere
dashboard-activity-granted = Sie haben zugestimmt, Daten mit { $app } zu teilen
dashboard-activity-accounts = Sie haben geändert, welche Konten { $app } sehen kann
dashboard-activity-narrowed = Es wird weniger geteilt als vorher
dashboard-activity-renewed = Sie haben diese Verbindung verlängert
dashboard-activity-reported = Sie haben gemeldet, dass Sie das nicht kennen
dashboard-activity-replaced = Durch eine neuere Verbindung ersetzt
dashboard-activity-emptied = Beendet, weil nichts mehr zu teilen war
dashboard-activity-stopped-by-you = Sie haben das Teilen beendet
dashboard-activity-stopped-by-app = Von { $app } beendet
dashboard-activity-stopped-by-bank = Von { $bank } beendet
dashboard-activity-stopped = Beendet
dashboard-activity-used = Daten wurden übermittelt
dashboard-activity-refused = Eine Anfrage nach Daten wurde abgewiesen
dashboard-report = Das kenne ich nicht
dashboard-report-title = Sie kennen { $app } nicht?
dashboard-report-told = Wir haben { $bank } Bescheid gegeben. Das Teilen geht weiter, bis Sie es beenden.
dashboard-report-hint = Manche Apps heißen anders als das Unternehmen, das sie herstellt. Wenn Sie nicht sicher sind, beenden Sie das Teilen: Sie können die App jederzeit neu verbinden.
dashboard-report-help = Hilfe erhalten
dashboard-stop-now = Teilen jetzt beenden
dashboard-stop-what-accounts = Folgendes endet jetzt, für { $accounts }:
dashboard-stop-also = { $name } ist auch für { $apps } tätig. Daran ändert sich nichts.
dashboard-stop-all = Teilen mit allen beenden
dashboard-stop-all-title = Teilen mit allen beenden?
dashboard-stop-through = Alles beenden, was über { $name } läuft
dashboard-stop-through-title = Alles beenden, was über { $name } läuft?
dashboard-stop-several-what = Das alles endet jetzt:
dashboard-stop-several-kept = Daten, die diese Apps schon haben, bleiben dort. Dafür gelten die Regeln der jeweiligen App. Vielleicht funktionieren die Apps danach für Sie nicht mehr.
dashboard-several-stopped = { $count ->
    [one] { $count } Verbindung beendet.
   *[other] { $count } Verbindungen beendet.
}
dashboard-several-failed = { $count ->
    [one] { $count } Verbindung läuft weiter. Bitte versuchen Sie es noch einmal.
   *[other] { $count } Verbindungen laufen weiter. Bitte versuchen Sie es noch einmal.
}
dashboard-several-none = Es gibt nichts zu beenden.
dashboard-copy = Kopie herunterladen
dashboard-copy-title = Eine Kopie dessen, was Sie teilen
dashboard-copy-made = Von { $bank }, { $moment }. Drucken Sie diese Seite oder laden Sie sie als Datei herunter.
dashboard-copy-file = Als Datei herunterladen
dashboard-copy-signed = Die Datei ist von { $bank } signiert. So können andere sehen, dass niemand sie verändert hat.
dashboard-closes = Diese Ansicht schließt sich in zwei Minuten, um Ihre Daten zu schützen.
dashboard-stay = Geöffnet lassen

dashboard-everything-intro = Hier sehen Sie alles, dem Sie bei { $bank } zugestimmt haben, und können es jederzeit beenden.
dashboard-apps = Apps und Dienste
dashboard-sources = Daten aus anderen Quellen
dashboard-purposes = Wofür Ihre Daten verwendet werden dürfen
dashboard-purposes-text = Zwecke, für die Sie { $bank } die Verwendung Ihrer Daten erlaubt haben.
dashboard-records = Weitere Zustimmungen
dashboard-records-text = Sie haben diese Zustimmungen auf einer Seite oder in einem Formular von { $bank } gegeben, oder bei jemandem, der mit { $bank } zusammenarbeitet.
dashboard-single-means = Was das bedeutet
dashboard-single-over = Geendet am { $date }
dashboard-single-stop = Zustimmung zurücknehmen
dashboard-single-stop-title = Zustimmung zu „{ $title }“ zurücknehmen?
dashboard-single-stop-effect = Von diesem Moment an gilt Ihre Zustimmung nicht mehr, ganz gleich, wo Sie sie gegeben haben. Sie können jederzeit wieder zustimmen. Was { $bank } gesetzlich aufbewahren muss, bleibt erhalten.
dashboard-single-stopped = Sie haben Ihre Zustimmung zu „{ $title }“ zurückgenommen.
dashboard-single-granted-by-you = Sie haben zugestimmt
dashboard-single-granted = Ihre Zustimmung wurde festgehalten
dashboard-single-refused = Sie haben abgelehnt
dashboard-single-changed = Es wurde etwas geändert
dashboard-single-stopped-by-you = Sie haben Ihre Zustimmung zurückgenommen
dashboard-done = Fertig

dashboard-joint = Von anderen geteilt, die ein Konto mit Ihnen haben
dashboard-joint-text = Sie können das für das gemeinsame Konto beenden. An allem anderen, was sie teilen, ändert sich nichts.
dashboard-joint-by = Geteilt von { $name }
dashboard-joint-by-other = Geteilt von einer anderen Person, der das Konto gehört
dashboard-joint-stop-title = { $account } nicht mehr mit { $app } teilen?
dashboard-joint-stop-what = Das endet jetzt, nur für dieses Konto:
dashboard-joint-stop-effect = { $app } funktioniert vielleicht nicht mehr für die Person, die es nutzt. Wer das Konto teilt, kann sehen, dass das beendet wurde.
dashboard-joint-stopped = { $app } sieht { $account } nicht mehr. { $moment }
dashboard-activity-accounts-joint = Eine andere Person, der ein Konto gehört, teilt es nicht mehr mit { $app }
dashboard-activity-accounts-changed = Es wurde geändert, welche Konten { $app } sehen kann

dashboard-clusters-change = Ändern, was geteilt wird
dashboard-clusters-title = Was darf { $app } sehen?
dashboard-clusters-how = Entfernen Sie das Häkchen bei dem, was { $app } nicht mehr sehen soll. Es ändert sich nichts, bevor Sie eine Zusammenfassung gesehen haben.
dashboard-clusters-off = { $app } sieht nicht mehr:
dashboard-clusters-kept = { $app } sieht weiterhin:
dashboard-clusters-again = { $app } kann Sie wieder darum bitten. Sie entscheiden dann in der App.
dashboard-clusters-nothing-left = { $app } würde gar nichts mehr sehen. Um die Verbindung zu beenden, beenden Sie das Teilen.
dashboard-clusters-changed = { $app } sieht jetzt weniger.
dashboard-activity-narrowed-by-you = Sie teilen weniger mit { $app } als vorher
cluster-sensitive = sensibel
cluster-account-basic = Kontoname und Kontostand
cluster-account-basic-fields = Art des Kontos, Name, gekürzte Nummer, aktueller und verfügbarer Kontostand
cluster-account-detailed = Kontodetails
cluster-account-detailed-fields = Zinsen, Limits, Gebühren, Bedingungen, Daten und alle Kontostände
cluster-payment-support = Nummern für Zahlungen auf das Konto oder vom Konto
cluster-payment-support-fields = Kontonummer und Bankleitzahl oder Nummern, die dafür stehen
cluster-transactions = Umsätze
cluster-transactions-fields = Datum, Betrag, Empfänger oder Händler, Kategorie und Stand
cluster-statements = Kontoauszüge
cluster-statements-fields = Kontoauszüge als Dateien
cluster-bills = Anstehende Rechnungen und Empfänger
cluster-bills-fields = Geplante Zahlungen, Beträge und Fälligkeiten
cluster-investments = Geldanlagen
cluster-investments-fields = Bestände, Kurse und Einzahlungen
cluster-rewards = Prämien
cluster-rewards-fields = Programm und Punkte
cluster-tax = Steuerunterlagen
cluster-tax-fields = Formulare und Beträge
cluster-images = Bilder von Schecks und Belegen
cluster-images-fields = Bilder
cluster-customer-contact = Ihre Kontaktdaten
cluster-customer-contact-fields = Name, Adresse, E-Mail und Telefon
cluster-customer-personal = Persönliche Angaben
cluster-customer-personal-fields = Geburtsdatum, Steuernummer und Angaben zur Identität
cluster-notifications = Meldungen zu diesen Konten
cluster-notifications-fields = Nachrichten, wenn etwas geschieht
dashboard-all-stopped = Das alles ist beendet.
dashboard-all-failed = Ein Teil davon gilt weiter. Unten steht, was noch gilt. Bitte versuchen Sie es noch einmal.
dashboard-zone = Zeitzone
