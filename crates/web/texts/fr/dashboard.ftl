# The same words as in texts/en/dashboard.ftl.

dashboard-title = Applications ayant accès à vos comptes
dashboard-intro = Vous voyez ici qui peut recevoir de { $bank } des données qui vous concernent, et vous pouvez y mettre fin à tout moment.
dashboard-how = Comment fonctionne le partage de données
dashboard-how-start = Une application ne reçoit des données qu’après votre accord chez { $bank }. Cela commence dans l’application, pas ici.
dashboard-how-stop = Vous pouvez y mettre fin à tout moment. Dès cet instant, l’application ne reçoit plus rien de nouveau.
dashboard-how-password = Si vous avez donné votre mot de passe à une application, elle ne figure pas ici. Changez votre mot de passe pour l’exclure.
dashboard-standing = Accès en cours
dashboard-no-longer = Accès terminé
dashboard-summary = { $count ->
    [one] { $count } application peut voir des données.
   *[other] { $count } applications peuvent voir des données.
}
dashboard-summary-soon = { $count ->
    [one] { $count } connexion se termine bientôt.
   *[other] { $count } connexions se terminent bientôt.
}
dashboard-several = { $count ->
    [one] { $count } connexion
   *[other] { $count } connexions, chacune se termine séparément
}
dashboard-since = Depuis le { $date }
dashboard-until = Jusqu’au { $date }
dashboard-no-end = Sans date de fin
dashboard-last-used-line = Dernière utilisation : { $moment }
dashboard-never = Jamais
dashboard-today = Aujourd’hui, { $time }
dashboard-details = Détails
dashboard-show-all = Tout afficher ({ $count })
dashboard-empty-title = Aucune application n’a accès.
dashboard-empty-text = Lorsque vous connectez une application à vos comptes, elle apparaît ici. Cela commence dans l’application. Une application qui connaît votre mot de passe ne figure pas ici.
dashboard-look-again = Vérifier à nouveau
dashboard-help = Des questions ? { $bank } : { $help }

dashboard-status-active = Active
dashboard-status-soon = Se termine bientôt
dashboard-status-paused = Suspendue par votre banque
dashboard-status-ended = Terminée
dashboard-status-stopped = Arrêtée
dashboard-paused-text = { $bank } a désactivé cette application pour le moment, elle ne reçoit donc aucune donnée.

dashboard-ended-by-you = Arrêtée par vous le { $moment }
dashboard-ended-by-delegate = Arrêtée en votre nom le { $moment }
dashboard-ended-by-app = Arrêtée par { $app } le { $moment }
dashboard-ended-by-bank = Arrêtée par { $bank } le { $moment }
dashboard-ended-by-system = Arrêtée automatiquement le { $moment }
dashboard-ended-by-time = Terminée le { $moment }, car sa durée était écoulée
dashboard-ended-emptied = Arrêtée le { $moment }, car il ne restait rien à partager

dashboard-detail-title = { $app } : détails
dashboard-back = Toutes les applications
dashboard-who = Qui
dashboard-name = Nom
dashboard-application = Application
dashboard-legal-name = Entreprise
dashboard-registered = Enregistrée sous
dashboard-website = Site web
dashboard-contact = Contact et réclamations
dashboard-hosts = Adresses de l’application
dashboard-what = Ce qui est partagé
dashboard-what-was = Ce qui était partagé
dashboard-raw-name = C’est le nom que { $bank } lui donne.
dashboard-withdrawn = N’est plus partagé
dashboard-why = Pourquoi
dashboard-why-note = Le texte que vous avez vu en donnant votre accord :
dashboard-text-version = version { $version } du texte
dashboard-how-long = Combien de temps
dashboard-granted = Accord donné
dashboard-ends = Se termine
dashboard-ended = Terminé
dashboard-reference = Référence
dashboard-activity = Activité
dashboard-last-used = Dernière utilisation
dashboard-used-days = Utilisation ces 30 derniers jours
dashboard-used-days-count = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}
dashboard-last-refused = Dernière tentative refusée

dashboard-stop = Arrêter le partage
dashboard-stop-title = Arrêter le partage avec { $app } ?
dashboard-stop-what = Ceci prend fin maintenant, pour tous vos comptes :
dashboard-stop-kept = Les données que { $app } possède déjà y restent, selon ses propres règles.
dashboard-stop-ask = Vous pouvez lui demander d’effacer les données :
dashboard-stop-effect = { $app } pourrait ne plus fonctionner pour vous. Vous voudrez peut-être d’abord prévenir cette application.
dashboard-go-back = Retour
dashboard-try-again = Réessayer
dashboard-stopped = Le partage avec { $app } est arrêté. { $moment }
dashboard-was-over = Le partage avec { $app } était déjà terminé. { $moment }
dashboard-stop-failed-title = Le partage n’est pas arrêté
dashboard-stop-failed-text = Un problème est survenu de notre côté. Rien n’a été modifié. Veuillez réessayer.

dashboard-missing-title = Cette connexion est introuvable
dashboard-missing-text = Voici tout ce qui existe actuellement.
dashboard-over-title = Cette vue est fermée
dashboard-over-text = Elle a été fermée pour protéger vos données. Fermez-la et rouvrez-la depuis votre banque.
dashboard-unavailable-title = Désactivée pour le moment
dashboard-unavailable-text = Votre banque a désactivé cette page pour le moment. Veuillez réessayer plus tard.
dashboard-not-framed-title = Ouvrez cette page depuis votre banque
dashboard-not-framed-text = Cette page ne s’affiche que dans le site ou l’application de votre banque. Fermez-la et rouvrez-la à partir de là.
