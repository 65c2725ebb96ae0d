# The same words as in texts/en/dashboard.ftl.

dashboard-title = Aplicaciones con acceso a sus cuentas
dashboard-intro = Aquí ve quién puede recibir datos sobre usted de { $bank }, y puede detenerlo en cualquier momento.
dashboard-how = Cómo se comparten los datos
dashboard-how-start = Una aplicación solo puede recibir datos después de que usted lo acepte en { $bank }. Eso se empieza en la aplicación, no aquí.
dashboard-how-stop = Puede detenerlo en cualquier momento. Desde ese instante la aplicación no recibe nada nuevo.
dashboard-how-password = Si dio su contraseña a una aplicación, no aparece en esta lista. Cambie la contraseña para impedirle el acceso.
dashboard-standing = Con acceso
dashboard-no-longer = Ya sin acceso
dashboard-summary = { $count ->
    [one] { $count } aplicación puede ver datos.
   *[other] { $count } aplicaciones pueden ver datos.
}
dashboard-summary-soon = { $count ->
    [one] { $count } conexión termina pronto.
   *[other] { $count } conexiones terminan pronto.
}
dashboard-several = { $count ->
    [one] { $count } conexión
   *[other] { $count } conexiones, cada una termina por separado
}
dashboard-since = Desde el { $date }
dashboard-until = Hasta el { $date }
dashboard-no-end = Sin fecha de fin
dashboard-last-used-line = Último uso: { $moment }
dashboard-never = Nunca
dashboard-today = Hoy, { $time }
dashboard-details = Detalles
dashboard-show-all = Mostrar todas ({ $count })
dashboard-empty-title = Ninguna aplicación tiene acceso.
dashboard-empty-text = Cuando conecte una aplicación con sus cuentas, aparecerá aquí. Eso se empieza en la aplicación. Una aplicación que conoce su contraseña no aparece en esta lista.
dashboard-look-again = Volver a mirar
dashboard-help = ¿Preguntas? { $bank }: { $help }

dashboard-status-active = Activa
dashboard-status-soon = Termina pronto
dashboard-status-paused = En pausa por su banco
dashboard-status-ended = Terminada
dashboard-status-stopped = Detenida
dashboard-paused-text = { $bank } ha desactivado esta aplicación por ahora, así que no recibe datos.

dashboard-ended-by-you = Detenida por usted el { $moment }
dashboard-ended-by-delegate = Detenida en su nombre el { $moment }
dashboard-ended-by-app = Detenida por { $app } el { $moment }
dashboard-ended-by-bank = Detenida por { $bank } el { $moment }
dashboard-ended-by-system = Detenida automáticamente el { $moment }
dashboard-ended-by-time = Terminada el { $moment }, porque se acabó su plazo
dashboard-ended-emptied = Detenida el { $moment }, porque no quedaba nada que compartir

dashboard-detail-title = { $app }: detalles
dashboard-back = Todas las aplicaciones
dashboard-who = Quién
dashboard-name = Nombre
dashboard-application = Aplicación
dashboard-legal-name = Empresa
dashboard-registered = Registrada como
dashboard-website = Sitio web
dashboard-contact = Contacto y reclamaciones
dashboard-hosts = Direcciones de la aplicación
dashboard-what = Qué se comparte
dashboard-what-was = Qué se compartía
dashboard-raw-name = Así lo llama { $bank }.
dashboard-withdrawn = Ya no se comparte
dashboard-why = Para qué
dashboard-why-note = El texto que vio cuando aceptó:
dashboard-text-version = versión { $version } del texto
dashboard-how-long = Cuánto tiempo
dashboard-granted = Aceptó
dashboard-ends = Termina
dashboard-ended = Terminó
dashboard-reference = Referencia
dashboard-activity = Actividad
dashboard-last-used = Último uso
dashboard-used-days = Uso en los últimos 30 días
dashboard-used-days-count = { $count ->
    [one] { $count } día
   *[other] { $count } días
}
dashboard-last-refused = Último intento rechazado

dashboard-stop = Dejar de compartir
dashboard-stop-title = ¿Dejar de compartir con { $app }?
dashboard-stop-what = Esto termina ahora, para todas sus cuentas:
dashboard-stop-kept = Los datos que { $app } ya tiene permanecen allí, según sus propias reglas.
dashboard-stop-ask = Puede pedir que se eliminen los datos:
dashboard-stop-effect = Puede que { $app } deje de funcionar para usted. Quizá quiera avisar allí primero.
dashboard-go-back = Volver
dashboard-try-again = Intentar de nuevo
dashboard-stopped = Ya no se comparte con { $app }. { $moment }
dashboard-was-over = Ya se había dejado de compartir con { $app }. { $moment }
dashboard-stop-failed-title = No se ha dejado de compartir
dashboard-stop-failed-text = Algo ha fallado por nuestra parte. No se ha cambiado nada. Inténtelo de nuevo.

dashboard-missing-title = No se ha encontrado esta conexión
dashboard-missing-text = Abajo está todo lo que hay ahora.
dashboard-over-title = Esta vista se ha cerrado
dashboard-over-text = Se ha cerrado para proteger sus datos. Ciérrela y ábrala de nuevo desde su banco.
dashboard-unavailable-title = Desactivada por ahora
dashboard-unavailable-text = Su banco ha desactivado esta página por ahora. Inténtelo más tarde.
dashboard-not-framed-title = Ábrala desde su banco
dashboard-not-framed-text = Esta página solo se muestra dentro del sitio web o de la aplicación de su banco. Ciérrela y ábrala de nuevo desde allí.
