# The same words as in texts/en/common.ftl.

skip-to-content = Aller au contenu
help-link = Aide
privacy-policy-link = Politique de confidentialité
terms-link = Conditions d’utilisation
signed-in-as = Connexion au nom de { $name }
signed-out-note = Cette page appartient à { $bank }.
busy = Un instant…
request-failed = Nous n’avons pas reçu de réponse et ne savons donc pas si l’opération a abouti. Veuillez réessayer.
offline = Vous êtes hors ligne. Rien ne peut être modifié tant que la connexion n’est pas rétablie.
field-error = Erreur : { $message }
party-verified = Vérifié par { $bank }
party-unverified = { $bank } n’a pas vérifié de qui il s’agit
technical-details = Détails techniques
request-number = Numéro de la demande
opens-elsewhere = ouvre { $host } dans une nouvelle fenêtre
not-framed-properly = Cette vue ne peut pas fonctionner ici, car la page qui l’entoure ne lui accorde pas sa propre adresse. La personne qui gère cette page doit ajouter « allow-same-origin » au cadre.

date-long = { $day ->
    [1] 1er
   *[other] { $day }
} { $month ->
    [1] janvier
    [2] février
    [3] mars
    [4] avril
    [5] mai
    [6] juin
    [7] juillet
    [8] août
    [9] septembre
    [10] octobre
    [11] novembre
   *[12] décembre
} { $year }
date-and-time = { $date } à { $time }
list-pair = { $first } et { $last }
list-more = { $first }, { $rest }
list-end = { $first } et { $last }

failure-invalid-title = Ce lien comporte une erreur
failure-invalid-text = La page dont vous venez a demandé quelque chose que nous ne pouvons pas faire. Revenez en arrière et recommencez. Si cela se reproduit, prévenez l’entreprise qui gère cette page.
failure-forbidden-title = Cela n’est pas possible ici
failure-forbidden-text = Rien n’a été modifié. Revenez à la page dont vous venez et recommencez.
failure-missing-title = Il n’y a rien ici
failure-missing-text = La page a peut-être été déplacée, ou elle était destinée à une autre personne. Vérifiez l’adresse ou revenez en arrière.
failure-over-title = Cette page n’est plus valable
failure-over-text = Elle a déjà été utilisée ou est restée ouverte trop longtemps. Revenez à la page dont vous venez et recommencez.
failure-busy-title = Trop de tentatives
failure-busy-text = Veuillez patienter un peu avant de réessayer.
failure-ours-title = Un problème est survenu de notre côté
failure-ours-text = Nous n’avons pas pu terminer votre demande. Veuillez réessayer dans un instant. Si le problème persiste, indiquez-nous le numéro de la demande ci-dessous.
