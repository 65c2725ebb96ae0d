# The same words as in texts/en/authorization.ftl.

login-title = Anmelden
login-for = Melden Sie sich bei { $bank } an, um zu { $client } weiterzugehen.
login-name = Benutzername
login-password = Passwort
login-button = Anmelden
login-wrong = Benutzername oder Passwort ist falsch
login-throttled = { $seconds ->
    [one] Zu viele Versuche. Bitte warten Sie eine Sekunde.
   *[other] Zu viele Versuche. Bitte warten Sie { $seconds } Sekunden.
}
login-help = Es wurde nichts geändert.
login-password-note = Nur { $bank } sieht Ihr Passwort. Es wird nie weitergegeben.
login-by-code = Mit einem Code per E-Mail anmelden
code-title = Mit einem Code anmelden
code-second-title = Noch ein Schritt
code-second-text = Um fortzufahren, braucht { $bank } einen zweiten Nachweis, dass Sie es sind: einen Code, der an Ihre dort bekannte E-Mail-Adresse geschickt wird.
code-send = Code senden
code-by-password = Mit einem Passwort anmelden
code-entry-title = Code eingeben
code-entry-text = Wenn { $bank } Sie und Ihre E-Mail-Adresse kennt, ist ein Code mit { $digits } Ziffern zu Ihnen unterwegs. Er gilt { $minutes } Minuten lang und nur in diesem Browser.
code-entry-note = Nichts angekommen? Sehen Sie im Spam-Ordner nach oder fordern Sie einen neuen Code an. In einer Viertelstunde werden nur wenige verschickt.
code-label = Code
code-again = Neuen Code senden
code-wrong = { $left ->
    [one] Dieser Code ist falsch. Sie haben noch einen Versuch.
   *[other] Dieser Code ist falsch. Sie haben noch { $left } Versuche.
}
code-over = Hier gilt jetzt kein Code mehr. Fordern Sie einen neuen an.
login-with = Mit { $provider } anmelden
upstream-nobody-title = Wir kennen Sie unter dieser Anmeldung nicht
upstream-nobody-text = Sie haben sich dort angemeldet, aber { $bank } weiß nicht, wer Sie unter dieser Anmeldung sind. Es wurde nichts angelegt oder geändert. Melden Sie sich auf anderem Weg an oder fragen Sie { $bank }.
upstream-foreign-title = Diese Antwort gehört nicht hierher
upstream-foreign-text = Sie passt nicht zu dem, was dieser Browser angefragt hat, oder sie wurde schon einmal verwendet. Niemand wurde angemeldet. Gehen Sie dorthin zurück, woher Sie gekommen sind, und beginnen Sie von vorn.
upstream-trouble-title = Dieser Weg steht gerade nicht zur Verfügung
upstream-trouble-text = Wir konnten nicht sicherstellen, wer Sie sind. Niemand wurde angemeldet. Bitte versuchen Sie es später noch einmal oder melden Sie sich bei { $bank } auf anderem Weg an.
sessions-title = Wo Sie angemeldet sind
sessions-text = Jeder Eintrag ist ein Browser, in dem Sie bei { $bank } angemeldet sind. Melden Sie sich dort ab, wo Sie es nicht sind oder nicht mehr sind.
sessions-note = Apps, denen Sie erlaubt haben, in Ihrer Abwesenheit verbunden zu bleiben, laufen weiter.
sessions-end-others = Überall sonst abmelden
sessions-ended = Sie sind dort abgemeldet.
sessions-ended-others = Sie sind überall sonst abgemeldet.
session-this = Dieser Browser
session-since = Angemeldet seit
session-seen = Zuletzt verwendet
session-how = Angemeldet mit
session-by-password = einem Passwort
session-by-code = einem Code per E-Mail
session-device = { $browser } unter { $system }
session-device-system = Ein Browser unter { $system }
session-device-unknown = Ein Browser, den wir nicht kennen
session-end = Abmelden: { $device }
session-end-this = Hier abmelden
signed-in-title = Sie sind angemeldet
signed-in-text = Sie können diese Seite schließen oder zu der App oder der Seite von { $bank } zurückgehen, von der Sie gekommen sind.
passkey-title = Mit einem Passkey anmelden
passkey-text = Ihr Gerät fragt nach Ihrem Fingerabdruck, Ihrem Gesicht oder seiner PIN und weist dann gegenüber { $bank } nach, dass Sie es sind. Nichts davon verlässt Ihr Gerät.
passkey-use = Passkey verwenden
passkey-missing = Passkeys brauchen JavaScript und einen Browser, der sie kennt. Eines davon fehlt hier.
passkey-nothing = Es wurde kein Passkey verwendet. Versuchen Sie es noch einmal oder melden Sie sich auf anderem Weg an.
passkey-refused = Dieser Passkey funktioniert hier nicht
passkey-over = Das hat zu lange gedauert, oder die Seite wurde schon verwendet. Bitte versuchen Sie es noch einmal.
passkey-otherwise = Auf anderem Weg anmelden
session-by-passkey = einem Passkey
passkeys-title = Ihre Passkeys
passkeys-text = Mit einem Passkey melden Sie sich bei { $bank } mit Fingerabdruck, Gesicht oder der PIN Ihres Geräts an. Es gibt kein Passwort, das jemand herausfinden könnte.
passkeys-none = Sie haben noch keinen Passkey.
passkey-added = Hinzugefügt
passkey-where = Wo er funktioniert
passkey-copied = auf Ihren Geräten, die Passkeys austauschen
passkey-one-device = auf einem Gerät
passkey-name = Name
passkey-rename = Namen ändern
passkey-save = Namen speichern
passkey-remove = { $name } entfernen
passkeys-add = Passkey hinzufügen
passkeys-hint = Unter diesem Namen finden Sie ihn in der Liste.
passkeys-again-text = Um einen Passkey hinzuzufügen, melden Sie sich zuerst noch einmal an. So kann niemand einen hinzufügen, der Ihr Gerät offen vorfindet.
passkeys-again = Noch einmal anmelden
passkeys-added = Der Passkey wurde hinzugefügt. Sie können sich ab jetzt damit anmelden.
passkeys-removed = Der Passkey wurde entfernt und öffnet nichts mehr. Sie können ihn auch auf Ihrem Gerät löschen.
passkeys-named = Der Name wurde geändert.
passkeys-full = Für einen weiteren Passkey ist kein Platz. Entfernen Sie zuerst einen.
passkeys-last = Dieser Passkey ist Ihr einziger Weg, sich anzumelden, deshalb bleibt er. Fügen Sie zuerst einen anderen hinzu.
passkeys-nothing = Es wurde kein Passkey hinzugefügt. Bitte versuchen Sie es noch einmal.

consent-title = { $client } bittet um Zugriff auf Ihre Daten
consent-what = Worum { $client } bittet
consent-openid = Wissen, dass Sie es sind
consent-openid-text = Die App erhält eine Nummer, die für Sie steht. Ihr Name und Ihr Passwort werden nicht weitergegeben.
consent-offline = In Ihrer Abwesenheit verbunden bleiben
consent-offline-text = Die App darf diesen Zugriff bis zum unten genannten Tag auch nutzen, wenn Sie sie gerade nicht verwenden.
consent-why = Wozu
consent-until = Bis
consent-until-text = { $date }, oder bis Sie es beenden
consent-until-once = Nur dieses eine Mal. Um erneut Daten zu erhalten, muss { $client } Sie erneut fragen.
lookback = Wie weit zurück
lookback-days = { $count ->
    [one] Daten bis { $count } Tag vor jeder Abfrage
   *[other] Daten bis { $count } Tage vor jeder Abfrage
}
consent-who = Wer die Daten erhält
consent-approve = Zustimmen
consent-decline = Ablehnen
consent-stop = Wenn Sie ablehnen, wird nichts geteilt. Wenn Sie zustimmen, können Sie das bei { $bank } jederzeit beenden.
consent-part = Nur einen Teil teilen
consent-part-legend = Kreuzen Sie an, was Sie teilen möchten
consent-part-button = Nur Angekreuztes teilen
consent-none-ticked = Es ist nichts angekreuzt. Kreuzen Sie an, was Sie teilen möchten, oder lehnen Sie ab.
consent-not-you = Nicht { $name }?
consent-switch = Mit einem anderen Konto anmelden

logout-title = Abmelden?
logout-text = Sie werden in diesem Browser bei { $bank } abgemeldet. Apps, die in Ihrer Abwesenheit verbunden bleiben dürfen, sind davon nicht betroffen.
logout-yes = Abmelden
logout-no = Angemeldet bleiben
signed-out-title = Sie sind abgemeldet
signed-out-text = Sie sind in diesem Browser nicht mehr bei { $bank } angemeldet. Sie können diese Seite schließen.

auth-problem = Das hat nicht geklappt
auth-unknown-client-title = Wir kennen diese App nicht
auth-unknown-client-text = Die App, von der Sie kommen, ist bei { $bank } nicht registriert, oder sie hat eine Adresse genannt, die nicht ihre ist. Es wurde nichts geteilt. Schließen Sie diese Seite und informieren Sie das Unternehmen, das die App betreibt.
auth-bad-request-title = Mit diesem Link stimmt etwas nicht
auth-bad-request-text = Die App, von der Sie kommen, hat etwas verlangt, das { $bank } nicht tun kann. Es wurde nichts geteilt. Gehen Sie zur App zurück und beginnen Sie von vorn.
auth-over-title = Diese Anfrage ist beendet
auth-over-text = Sie wurde schon beantwortet oder war zu lange offen. Hier geschieht nichts weiter. Wenn Sie es noch möchten, gehen Sie zur App zurück und beginnen Sie von vorn.
auth-foreign-title = Das gehört nicht zu diesem Browser
auth-foreign-text = Die Anfrage wurde in einem anderen Browser begonnen, oder bei { $bank } ist jetzt jemand anderes angemeldet. Es wurde nichts geteilt. Gehen Sie zur App zurück und beginnen Sie von vorn.
auth-changed-title = Inzwischen hat sich etwas geändert
auth-changed-text = Während diese Seite geöffnet war, hat sich die App oder Ihr Konto bei { $bank } geändert. Die Anfrage gilt deshalb nicht mehr. Es wurde nichts geteilt. Gehen Sie zur App zurück und beginnen Sie von vorn.

everything-title = Alles, dem Sie zugestimmt haben

# Identities at other providers.
links-title = Ihre Anmeldungen anderswo
links-text = Sie können sich bei { $bank } mit dem anmelden, was Sie bei diesen Anbietern haben. { $bank } erfährt, wer Sie dort sind, und sonst nichts.
links-again-text = Um hier etwas zu ändern, melden Sie sich bitte noch einmal an. So kann es niemand, der Ihr Gerät offen findet.
link-linked = verknüpft
link-since = Verknüpft seit
link-none = Damit melden Sie sich noch nicht an.
link-add = { $provider } verknüpfen
link-remove = Verknüpfung mit { $provider } lösen
links-linked = Die Verknüpfung besteht. Ab jetzt können Sie sich damit anmelden.
links-unlinked = Die Verknüpfung ist gelöst und öffnet hier nichts mehr. Wo Sie damit angemeldet waren, sind Sie abgemeldet.
links-taken = Damit meldet sich hier schon jemand anderes an. Es wurde nichts geändert.
links-full = Es ist kein Platz für eine weitere Anmeldung. Lösen Sie zuerst eine Verknüpfung.
links-last = Das ist Ihr einziger Weg, sich anzumelden, also bleibt er. Fügen Sie zuerst einen anderen hinzu, zum Beispiel einen Passkey.
links-elsewhere = Inzwischen hat sich hier jemand anderes angemeldet. Es wurde nichts verknüpft.

# On to the app.
onward-title = Einen Moment
onward-text = Es geht weiter zu { $client }.
onward-button = Weiter

notices-title = E-Mails zu Ihren Zustimmungen
notices-are-on = { $bank } schreibt Ihnen, wenn Sie etwas zustimmen, wenn es endet und bevor es endet.
notices-are-off = { $bank } schreibt Ihnen nicht zu Ihren Zustimmungen.
notices-switch-off = Diese E-Mails abbestellen
notices-switch-on = Diese E-Mails wieder bestellen
notices-done-off = Diese E-Mails sind abbestellt.
notices-done-on = Diese E-Mails kommen wieder.
notices-note = E-Mails, die Ihr Konto schützen, und solche, um die Sie bitten, kommen immer.
