# The same words as in texts/en/authorization.ftl.

login-title = Se connecter
login-for = Connectez-vous à { $bank } pour continuer vers { $client }.
login-name = Nom d’utilisateur
login-password = Mot de passe
login-button = Se connecter
login-wrong = Le nom d’utilisateur ou le mot de passe est incorrect
login-throttled = { $seconds ->
    [one] Trop de tentatives. Veuillez patienter une seconde.
   *[other] Trop de tentatives. Veuillez patienter { $seconds } secondes.
}
login-help = Rien n’a été modifié.
login-password-note = Seul { $bank } voit votre mot de passe. Il n’est jamais transmis.
login-by-code = Se connecter avec un code envoyé par e-mail
code-title = Se connecter avec un code
code-second-title = Encore une étape
code-second-text = Pour continuer, { $bank } a besoin d’une seconde preuve qu’il s’agit bien de vous : un code envoyé à l’adresse e-mail que vous lui avez indiquée.
code-send = Recevoir un code
code-by-password = Se connecter avec un mot de passe
code-entry-title = Saisissez le code
code-entry-text = Si { $bank } vous connaît et connaît votre adresse e-mail, un code à { $digits } chiffres est en route. Il fonctionne pendant { $minutes } minutes, uniquement dans ce navigateur.
code-entry-note = Rien n’est arrivé ? Regardez dans les courriers indésirables ou demandez un autre code. Seuls quelques-uns sont envoyés par quart d’heure.
code-label = Code
code-again = Envoyer un autre code
code-wrong = { $left ->
    [one] Ce code est incorrect. Il vous reste un essai.
   *[other] Ce code est incorrect. Il vous reste { $left } essais.
}
code-over = Aucun code n’est valable ici pour le moment. Demandez-en un autre.
login-with = Se connecter avec { $provider }
upstream-nobody-title = Nous ne vous connaissons pas par ce compte
upstream-nobody-text = Vous vous êtes identifié là-bas, mais { $bank } ne sait pas qui vous êtes par ce compte. Rien n’a été créé ni modifié. Connectez-vous autrement ou adressez-vous à { $bank }.
upstream-foreign-title = Cette réponse n’a pas sa place ici
upstream-foreign-text = Elle ne correspond pas à ce que ce navigateur a demandé, ou elle a déjà servi. Personne n’a été connecté. Revenez à la page dont vous venez et recommencez.
upstream-trouble-title = Ce moyen n’est pas disponible actuellement
upstream-trouble-text = Nous n’avons pas pu vérifier qui vous êtes. Personne n’a été connecté. Veuillez réessayer plus tard ou vous connecter à { $bank } autrement.
sessions-title = Où vous avez une session ouverte
sessions-text = Chaque entrée est un navigateur où vous avez une session ouverte chez { $bank }. Déconnectez ceux que vous ne reconnaissez pas ou que vous n’utilisez plus.
sessions-note = Les applications que vous avez autorisées à rester connectées en votre absence ne sont pas concernées.
sessions-end-others = Se déconnecter partout ailleurs
sessions-ended = La déconnexion y est effective.
sessions-ended-others = La déconnexion est effective partout ailleurs.
session-this = Ce navigateur
session-since = Session ouverte depuis
session-seen = Dernière utilisation
session-how = Connexion avec
session-by-password = un mot de passe
session-by-code = un code par e-mail
session-device = { $browser } sur { $system }
session-device-system = Un navigateur sur { $system }
session-device-unknown = Un navigateur que nous ne connaissons pas
session-end = Déconnecter : { $device }
session-end-this = Se déconnecter ici
signed-in-title = La connexion est établie
signed-in-text = Vous pouvez fermer cette page, ou retourner à l’application ou à la page de { $bank } dont vous venez.
passkey-title = Se connecter avec une clé d’accès
passkey-text = Votre appareil vous demande votre empreinte, votre visage ou son code, puis prouve à { $bank } qu’il s’agit de vous. Rien de tout cela ne quitte votre appareil.
passkey-use = Utiliser une clé d’accès
passkey-missing = Les clés d’accès nécessitent JavaScript et un navigateur qui les connaît. L’un des deux manque ici.
passkey-nothing = Aucune clé d’accès n’a été utilisée. Réessayez ou connectez-vous autrement.
passkey-refused = Cette clé d’accès ne fonctionne pas ici
passkey-over = Cela a pris trop de temps, ou la page a déjà servi. Veuillez réessayer.
passkey-otherwise = Se connecter autrement
session-by-passkey = une clé d’accès
passkeys-title = Vos clés d’accès
passkeys-text = Avec une clé d’accès, vous vous connectez à { $bank } par votre empreinte, votre visage ou le code de votre appareil. Il n’y a aucun mot de passe que quelqu’un pourrait découvrir.
passkeys-none = Vous n’avez pas encore de clé d’accès.
passkey-added = Ajoutée
passkey-where = Où elle fonctionne
passkey-copied = sur vos appareils qui partagent les clés d’accès
passkey-one-device = sur un seul appareil
passkey-name = Nom
passkey-rename = Changer le nom
passkey-save = Enregistrer le nom
passkey-remove = Supprimer { $name }
passkeys-add = Ajouter une clé d’accès
passkeys-hint = Ce nom vous permet de la retrouver dans la liste.
passkeys-again-text = Pour ajouter une clé d’accès, connectez-vous d’abord une nouvelle fois. Ainsi, personne ne peut en ajouter en trouvant votre appareil ouvert.
passkeys-again = Se connecter à nouveau
passkeys-added = La clé d’accès a été ajoutée. Vous pouvez désormais vous connecter avec elle.
passkeys-removed = La clé d’accès a été supprimée et n’ouvre plus rien. Vous pouvez aussi l’effacer sur votre appareil.
passkeys-named = Le nom a été changé.
passkeys-full = Il n’y a plus de place pour une autre clé d’accès. Supprimez-en une d’abord.
passkeys-last = Cette clé d’accès est votre seul moyen de vous connecter, elle reste donc en place. Ajoutez-en d’abord une autre.
passkeys-nothing = Aucune clé d’accès n’a été ajoutée. Veuillez réessayer.

consent-title = { $client } demande l’accès à vos données
consent-what = Ce que demande { $client }
consent-openid = Savoir qu’il s’agit de vous
consent-openid-text = L’application reçoit un numéro qui vous représente. Votre nom et votre mot de passe ne sont pas transmis.
consent-offline = Rester connectée en votre absence
consent-offline-text = L’application peut utiliser cet accès même lorsque vous ne l’utilisez pas, jusqu’à la date ci-dessous.
consent-why = Pourquoi
consent-until = Jusqu’au
consent-until-text = { $date }, ou jusqu’à ce que vous y mettiez fin
consent-until-once = Cette fois seulement. Pour obtenir à nouveau des données, { $client } doit vous le redemander.
lookback = Étendue dans le passé
lookback-days = { $count ->
    [one] Données remontant jusqu’à { $count } jour avant chaque demande
   *[other] Données remontant jusqu’à { $count } jours avant chaque demande
}
consent-who = Qui les reçoit
consent-approve = Accepter
consent-decline = Refuser
consent-stop = Si vous refusez, rien n’est partagé. Si vous acceptez, vous pouvez y mettre fin chez { $bank } à tout moment.
consent-part = Ne partager qu’une partie
consent-part-legend = Cochez ce que vous voulez partager
consent-part-button = Partager uniquement ce qui est coché
consent-none-ticked = Rien n’est coché. Cochez ce que vous voulez partager, ou refusez.
consent-not-you = Vous n’êtes pas { $name } ?
consent-switch = Se connecter avec un autre compte

logout-title = Se déconnecter ?
logout-text = Votre session chez { $bank } sera fermée dans ce navigateur. Les applications autorisées à rester connectées en votre absence ne sont pas concernées.
logout-yes = Se déconnecter
logout-no = Garder la session ouverte
signed-out-title = Votre session est fermée
signed-out-text = Vous n’avez plus de session ouverte chez { $bank } dans ce navigateur. Vous pouvez fermer cette page.

auth-problem = Cela n’a pas fonctionné
auth-unknown-client-title = Nous ne connaissons pas cette application
auth-unknown-client-text = L’application dont vous venez n’est pas enregistrée chez { $bank }, ou elle a indiqué une adresse qui n’est pas la sienne. Rien n’a été partagé. Fermez cette page et prévenez l’entreprise qui gère l’application.
auth-bad-request-title = Ce lien comporte une erreur
auth-bad-request-text = L’application dont vous venez a demandé quelque chose que { $bank } ne peut pas faire. Rien n’a été partagé. Retournez à l’application et recommencez.
auth-over-title = Cette demande est terminée
auth-over-text = Elle a déjà reçu une réponse ou est restée ouverte trop longtemps. Rien de plus ne se passe ici. Si vous le souhaitez encore, retournez à l’application et recommencez.
auth-foreign-title = Ceci n’appartient pas à ce navigateur
auth-foreign-text = La demande a commencé dans un autre navigateur, ou une autre personne a maintenant une session ouverte chez { $bank }. Rien n’a été partagé. Retournez à l’application et recommencez.
auth-changed-title = Quelque chose a changé entre-temps
auth-changed-text = Pendant que cette page était ouverte, l’application ou votre compte chez { $bank } a changé, et la demande n’est plus valable. Rien n’a été partagé. Retournez à l’application et recommencez.

everything-title = Tout ce que vous avez accepté

# Identities at other providers.
links-title = Vos connexions ailleurs
links-text = Vous pouvez vous connecter à { $bank } avec ce que vous avez chez ces fournisseurs. { $bank } apprend qui vous y êtes, et rien d’autre.
links-again-text = Pour modifier quelque chose ici, connectez-vous d’abord encore une fois. Ainsi, personne ne le peut en trouvant votre appareil ouvert.
link-linked = associé
link-since = Associé depuis
link-none = Vous ne vous connectez pas encore avec lui.
link-add = Associer { $provider }
link-remove = Dissocier { $provider }
links-linked = C’est associé. Vous pouvez désormais vous connecter ainsi.
links-unlinked = C’est dissocié et n’ouvre plus rien ici. Là où vous étiez connecté ainsi, vous êtes déconnecté.
links-taken = Quelqu’un d’autre se connecte déjà ici de cette façon. Rien n’a été modifié.
links-full = Il n’y a plus de place pour une autre connexion. Dissociez-en d’abord une.
links-last = C’est votre seule façon de vous connecter, elle reste donc. Ajoutez-en d’abord une autre, par exemple une clé d’accès.
links-elsewhere = Quelqu’un d’autre s’est connecté ici entre-temps. Rien n’a été associé.

# On to the app.
onward-title = Un instant
onward-text = Vous continuez vers { $client }.
onward-button = Continuer

notices-title = E-mails sur ce que vous avez accepté
notices-are-on = { $bank } vous écrit quand vous acceptez quelque chose, quand cela prend fin et avant la fin.
notices-are-off = { $bank } ne vous écrit pas sur ce que vous avez accepté.
notices-switch-off = Ne plus recevoir ces e-mails
notices-switch-on = Recevoir ces e-mails
notices-done-off = Vous ne recevrez plus ces e-mails.
notices-done-on = Vous recevrez ces e-mails.
notices-note = Les e-mails qui protègent votre compte et ceux que vous demandez arrivent toujours.
