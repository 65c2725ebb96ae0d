# Why data may not be used, for the person whose data it is.

reason-no-consent = Vous n’avez pas donné votre accord.
reason-pending = La question vous a été posée et vous n’avez pas encore répondu.
reason-pending-approval = Vous avez donné votre accord ; votre réponse doit encore être confirmée.
reason-denied = Vous avez refusé.
reason-revoked = Vous avez cessé de partager ces données.
reason-expired = La durée que vous aviez acceptée est écoulée.
reason-restricted = Votre accord ne va pas jusque-là.
reason-wrong-version = Le texte a changé depuis votre accord. La question vous sera posée à nouveau.
reason-grant-ended = L’accès dont cela faisait partie a pris fin.
reason-party-suspended = Le demandeur n’est pas servi en ce moment.
reason-processing-restricted = L’utilisation de vos données est limitée en ce moment.
