# Why data may not be used, for the person whose data it is.

reason-no-consent = Sie haben dem nicht zugestimmt.
reason-pending = Sie wurden danach gefragt und haben noch nicht geantwortet.
reason-pending-approval = Sie haben zugestimmt; Ihre Antwort muss noch bestätigt werden.
reason-denied = Sie haben das abgelehnt.
reason-revoked = Sie teilen das nicht mehr.
reason-expired = Die Zeit, der Sie zugestimmt haben, ist abgelaufen.
reason-restricted = Sie haben weniger als dem zugestimmt.
reason-wrong-version = Der Wortlaut hat sich geändert, seit Sie zugestimmt haben. Sie werden erneut gefragt.
reason-grant-ended = Der Zugang, zu dem das gehörte, ist beendet.
reason-party-suspended = Wer danach fragt, wird zurzeit nicht bedient.
reason-processing-restricted = Die Nutzung Ihrer Daten ist zurzeit eingeschränkt.
