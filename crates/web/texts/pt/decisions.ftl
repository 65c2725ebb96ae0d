# Why data may not be used, for the person whose data it is.

reason-no-consent = Não deu o seu consentimento.
reason-pending = A pergunta foi feita e ainda não respondeu.
reason-pending-approval = Deu o seu consentimento; a resposta ainda tem de ser confirmada.
reason-denied = Recusou.
reason-revoked = Deixou de partilhar estes dados.
reason-expired = O prazo que aceitou terminou.
reason-restricted = O seu consentimento não vai tão longe.
reason-wrong-version = O texto mudou desde que aceitou. A pergunta será feita de novo.
reason-grant-ended = O acesso de que isto fazia parte terminou.
reason-party-suspended = Quem o pede não está a ser atendido neste momento.
reason-processing-restricted = O uso dos seus dados está limitado neste momento.
