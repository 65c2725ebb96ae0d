# Why data may not be used, for the person whose data it is.

reason-no-consent = No ha dado su consentimiento.
reason-pending = Se le ha preguntado y todavía no ha respondido.
reason-pending-approval = Ha dado su consentimiento; su respuesta aún debe confirmarse.
reason-denied = Lo ha rechazado.
reason-revoked = Ha dejado de compartir estos datos.
reason-expired = El tiempo que aceptó ha terminado.
reason-restricted = Su consentimiento no llega hasta aquí.
reason-wrong-version = El texto ha cambiado desde que aceptó. Se le volverá a preguntar.
reason-grant-ended = El acceso del que esto formaba parte ha terminado.
reason-party-suspended = En este momento no se atiende a quien lo solicita.
reason-processing-restricted = En este momento el uso de sus datos está limitado.
