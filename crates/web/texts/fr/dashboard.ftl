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
dashboard-duration = Durée
dashboard-duration-once = Une seule fois
dashboard-duration-bound = Jusqu’à une date
dashboard-duration-open = Jusqu’à ce que vous l’arrêtiez
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

dashboard-status-nothing = Rien n’est partagé
dashboard-nothing-text = L’application { $app } reste connectée, mais ne voit aucun de vos comptes.
dashboard-mark-new = Nouvelle
dashboard-mark-once = Une seule fois
dashboard-mark-never = Jamais utilisée
dashboard-mark-unused = Non utilisée depuis 90 jours
dashboard-through-line = via { $name }
dashboard-through = Via
dashboard-chain = Les données passent de { $bank } à { $app } par l’intermédiaire de { $through }.
dashboard-through-title = Tout ce qui passe par { $name }
dashboard-through-what = Ces applications reçoivent vos données de { $bank } par l’intermédiaire de { $name }.
dashboard-state = État
dashboard-renewed = Prolongé
dashboard-more = Plus
dashboard-save = Enregistrer
dashboard-find = Rechercher et trier
dashboard-find-name = Nom d’une application
dashboard-find-account = Qui peut voir ce compte ?
dashboard-find-any = N’importe quel compte
dashboard-find-show = Afficher
dashboard-find-nothing = Aucun résultat. Vos autres applications sont toujours là.
dashboard-order = Ordre
dashboard-order-recent = Utilisées récemment d’abord
dashboard-order-name = Par nom
dashboard-order-ending = Ce qui se termine en premier
dashboard-accounts = Comptes
dashboard-no-accounts = Aucun compte
dashboard-accounts-not-shared = Non partagés
dashboard-accounts-unreadable = Les noms de vos comptes ne peuvent pas être affichés actuellement. Vous pouvez tout de même arrêter le partage.
dashboard-new-accounts-shared = Les comptes que vous ouvrirez plus tard seront aussi partagés.
dashboard-new-accounts-not-shared = Les comptes que vous ouvrirez plus tard ne seront pas partagés.
dashboard-accounts-change = Modifier les comptes
dashboard-accounts-title = Quels comptes montrer à { $app } ?
dashboard-accounts-how = { $app } voit les comptes cochés. Rien ne change avant que vous ayez vu un récapitulatif.
dashboard-accounts-others = Comptes que j’ouvrirai plus tard
dashboard-accounts-look = Voir ce qui change
dashboard-accounts-off = { $app } ne verra plus :
dashboard-accounts-on = { $app } verra { $data } pour :
dashboard-accounts-widens = ne faisait pas partie de votre accord initial
dashboard-accounts-nothing-left = L’application { $app } ne verrait plus aucun compte, mais resterait connectée. Pour mettre fin à la connexion, arrêtez plutôt le partage.
dashboard-accounts-changed = Votre choix de comptes est enregistré.
dashboard-nothing-changed = Rien n’a changé.
dashboard-changed-meanwhile = Une modification a eu lieu entre-temps
dashboard-changed-meanwhile-text = Voici la situation actuelle. Veuillez choisir à nouveau.
dashboard-may-not-widen = Les comptes qui ne faisaient pas partie de votre accord initial ne peuvent être ajoutés que dans l’application.
dashboard-keep = Prolonger
dashboard-keep-title = Prolonger le partage avec { $app } ?
dashboard-keep-what = { $app } continuerait à voir ceci jusqu’au { $until } :
dashboard-keep-stop = Vous pouvez arrêter le partage à tout moment.
dashboard-keep-there = Vous pouvez prolonger cette connexion dans { $app } :
dashboard-kept = Le partage avec { $app } continue. { $until }
dashboard-not-kept = Cette connexion ne peut pas être prolongée actuellement. Rien n’a changé.
dashboard-round = Passer en revue une par une
dashboard-round-title = Passez vos applications en revue
dashboard-round-place = { $position } sur { $count }
dashboard-round-keep = Ne rien changer
dashboard-round-stopped = Le partage avec { $app } est arrêté.
dashboard-round-done = Vous les avez toutes vues
dashboard-round-kept = { $count ->
    [one] { $count } connexion conservée.
   *[other] { $count } connexions conservées.
}
dashboard-activity-all = Toute l’activité
dashboard-activity-title = { $app } : activité
dashboard-activity-older = Plus ancien
dashboard-activity-granted = Vous avez accepté de partager des données avec { $app }
dashboard-activity-accounts = Vous avez modifié les comptes que { $app } peut voir
dashboard-activity-narrowed = Moins de données sont partagées qu’avant
dashboard-activity-renewed = Vous avez prolongé cette connexion
dashboard-activity-reported = Vous avez signalé ne pas reconnaître cette connexion
dashboard-activity-replaced = Remplacée par une connexion plus récente
dashboard-activity-emptied = Arrêtée, car il ne restait rien à partager
dashboard-activity-stopped-by-you = Vous avez arrêté le partage
dashboard-activity-stopped-by-app = Arrêtée par { $app }
dashboard-activity-stopped-by-bank = Arrêtée par { $bank }
dashboard-activity-stopped = Arrêtée
dashboard-activity-used = Des données ont été transmises
dashboard-activity-refused = Une demande de données a été refusée
dashboard-report = Je ne reconnais pas cette connexion
dashboard-report-title = Vous ne reconnaissez pas { $app } ?
dashboard-report-told = Nous avons prévenu { $bank }. Le partage continue jusqu’à ce que vous l’arrêtiez.
dashboard-report-hint = Certaines applications portent un autre nom que l’entreprise qui les produit. En cas de doute, arrêtez le partage : vous pourrez reconnecter l’application à tout moment.
dashboard-report-help = Obtenir de l’aide
dashboard-stop-now = Arrêter le partage maintenant
dashboard-stop-what-accounts = Ceci prend fin maintenant, pour { $accounts } :
dashboard-stop-also = { $name } travaille aussi pour { $apps }. Cela ne change pas.
dashboard-stop-all = Arrêter tous les partages
dashboard-stop-all-title = Arrêter tous les partages ?
dashboard-stop-through = Arrêter tout ce qui passe par { $name }
dashboard-stop-through-title = Arrêter tout ce qui passe par { $name } ?
dashboard-stop-several-what = Tout ceci prend fin maintenant :
dashboard-stop-several-kept = Les données que ces applications possèdent déjà y restent, selon leurs propres règles. Ces applications pourraient ne plus fonctionner pour vous.
dashboard-several-stopped = { $count ->
    [one] { $count } connexion arrêtée.
   *[other] { $count } connexions arrêtées.
}
dashboard-several-failed = { $count ->
    [one] { $count } connexion continue. Veuillez réessayer.
   *[other] { $count } connexions continuent. Veuillez réessayer.
}
dashboard-several-none = Il n’y a rien à arrêter.
dashboard-copy = Télécharger une copie
dashboard-copy-title = Une copie de ce que vous partagez
dashboard-copy-made = De { $bank }, le { $moment }. Imprimez cette page ou téléchargez-la sous forme de fichier.
dashboard-copy-file = Télécharger le fichier
dashboard-copy-signed = Le fichier est signé par { $bank }, pour que d’autres puissent voir que personne ne l’a modifié.
dashboard-closes = Cette vue se ferme dans deux minutes, pour protéger vos données.
dashboard-stay = Rester

dashboard-everything-intro = Vous voyez ici ce que vous avez accepté chez { $bank }, et vous pouvez y mettre fin à tout moment.
dashboard-apps = Applications et services
dashboard-sources = Données provenant d’autres sources
dashboard-purposes = À quoi vos données peuvent servir
dashboard-purposes-text = Les utilisations par { $bank } que vous avez acceptées.
dashboard-records = Autres accords donnés
dashboard-records-text = Vous avez donné ces accords sur une page ou un formulaire de { $bank } ou de l’un de ses partenaires.
dashboard-single-means = Ce que cela signifie
dashboard-single-over = A pris fin le { $date }
dashboard-single-stop = Retirer l’accord
dashboard-single-stop-title = Retirer votre accord pour « { $title } » ?
dashboard-single-stop-effect = Dès cet instant, votre accord n’est plus valable, où que vous l’ayez donné. Vous pourrez le donner à nouveau à tout moment. Ce que la loi oblige { $bank } à conserver ne sera pas effacé.
dashboard-single-stopped = Vous avez retiré votre accord pour « { $title } ».
dashboard-single-granted-by-you = Vous avez donné votre accord
dashboard-single-granted = Votre accord a été enregistré
dashboard-single-refused = Vous avez refusé
dashboard-single-changed = Une modification a eu lieu
dashboard-single-stopped-by-you = Vous avez retiré votre accord
dashboard-done = Terminé

dashboard-joint = Partagé par d’autres titulaires d’un de vos comptes
dashboard-joint-text = Vous pouvez y mettre fin pour le compte que vous avez en commun. Rien d’autre de ce qu’ils partagent ne change.
dashboard-joint-by = Partagé par { $name }
dashboard-joint-by-other = Partagé par un autre titulaire du compte
dashboard-joint-stop-title = Ne plus partager { $account } avec { $app } ?
dashboard-joint-stop-what = Cela prend fin maintenant, pour ce compte seulement :
dashboard-joint-stop-effect = { $app } pourrait ne plus fonctionner pour la personne qui l’utilise. La personne qui partage le compte peut voir que cela a pris fin.
dashboard-joint-stopped = { $app } ne voit plus { $account }. { $moment }
dashboard-activity-accounts-joint = Un autre titulaire d’un compte a cessé de le partager avec { $app }
dashboard-activity-accounts-changed = Les comptes que { $app } peut voir ont été modifiés

dashboard-clusters-change = Modifier ce qui est partagé
dashboard-clusters-title = Que peut voir { $app } ?
dashboard-clusters-how = Décochez ce que { $app } ne doit plus voir. Rien ne change avant que vous ayez vu un récapitulatif.
dashboard-clusters-off = { $app } ne verra plus :
dashboard-clusters-kept = { $app } verra toujours :
dashboard-clusters-again = { $app } peut vous le redemander. Vous déciderez alors, dans l’application.
dashboard-clusters-nothing-left = { $app } ne verrait plus rien. Pour mettre fin à la connexion, arrêtez plutôt le partage.
dashboard-clusters-changed = { $app } voit désormais moins de données.
dashboard-activity-narrowed-by-you = Vous partagez moins de données avec { $app } qu’avant
cluster-sensitive = sensible
cluster-account-basic = Nom et solde du compte
cluster-account-basic-fields = Type de compte, nom, numéro masqué, solde actuel et disponible
cluster-account-detailed = Détails du compte
cluster-account-detailed-fields = Taux, plafonds, frais, conditions, dates et tous les soldes
cluster-payment-support = Numéros pour payer vers le compte ou depuis celui-ci
cluster-payment-support-fields = Numéro de compte et de banque, ou des numéros qui les remplacent
cluster-transactions = Opérations
cluster-transactions-fields = Date, montant, bénéficiaire ou commerçant, catégorie et état
cluster-statements = Relevés
cluster-statements-fields = Relevés sous forme de fichiers
cluster-bills = Factures à venir et bénéficiaires
cluster-bills-fields = Paiements prévus, montants et échéances
cluster-investments = Placements
cluster-investments-fields = Avoirs, cours et versements
cluster-rewards = Récompenses
cluster-rewards-fields = Programme et points
cluster-tax = Documents fiscaux
cluster-tax-fields = Formulaires et chiffres
cluster-images = Images de chèques et de reçus
cluster-images-fields = Des images
cluster-customer-contact = Vos coordonnées
cluster-customer-contact-fields = Nom, adresse, e-mail et téléphone
cluster-customer-personal = Données personnelles
cluster-customer-personal-fields = Date de naissance, numéro fiscal et données d’identité
cluster-notifications = Alertes sur ces comptes
cluster-notifications-fields = Messages quand il se passe quelque chose
dashboard-all-stopped = Tout cela a pris fin.
dashboard-all-failed = Une partie continue. Vous voyez ci-dessous ce qui reste en vigueur. Veuillez réessayer.
dashboard-zone = Fuseau horaire
