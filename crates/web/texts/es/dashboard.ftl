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
dashboard-duration = Duración
dashboard-duration-once = Una sola vez
dashboard-duration-bound = Hasta una fecha
dashboard-duration-open = Hasta que usted lo detenga
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

dashboard-status-nothing = Nada compartido
dashboard-nothing-text = { $app } sigue conectada, pero no ve ninguna de sus cuentas.
dashboard-mark-new = Nueva
dashboard-mark-once = Una sola vez
dashboard-mark-never = Nunca usada
dashboard-mark-unused = Sin uso desde hace 90 días
dashboard-through-line = a través de { $name }
dashboard-through = A través de
dashboard-chain = { $app } recibe los datos a través de { $through }, que los recibe de { $bank }.
dashboard-through-title = Todo lo que pasa por { $name }
dashboard-through-what = Estas aplicaciones reciben sus datos de { $bank } a través de { $name }.
dashboard-state = Estado
dashboard-renewed = Prolongada
dashboard-more = Más
dashboard-save = Guardar
dashboard-find = Buscar y ordenar
dashboard-find-name = Nombre de una aplicación
dashboard-find-account = ¿Quién puede ver esta cuenta?
dashboard-find-any = Cualquier cuenta
dashboard-find-show = Mostrar
dashboard-find-nothing = No hay coincidencias. Sus demás aplicaciones siguen ahí.
dashboard-order = Orden
dashboard-order-recent = Primero las de uso más reciente
dashboard-order-name = Por nombre
dashboard-order-ending = Primero las que terminan antes
dashboard-accounts = Cuentas
dashboard-no-accounts = Ninguna cuenta
dashboard-accounts-not-shared = No compartidas
dashboard-accounts-unreadable = Ahora no se pueden mostrar los nombres de sus cuentas. Aun así puede dejar de compartir.
dashboard-new-accounts-shared = Las cuentas que abra más adelante también se comparten.
dashboard-new-accounts-not-shared = Las cuentas que abra más adelante no se comparten.
dashboard-accounts-change = Cambiar las cuentas
dashboard-accounts-title = ¿Qué cuentas puede ver { $app }?
dashboard-accounts-how = { $app } ve las cuentas marcadas. No se cambia nada antes de que usted vea un resumen.
dashboard-accounts-others = Cuentas que abra más adelante
dashboard-accounts-look = Ver qué cambia
dashboard-accounts-off = { $app } dejará de ver:
dashboard-accounts-on = { $app } verá { $data } de:
dashboard-accounts-widens = no forma parte de lo que aceptó al principio
dashboard-accounts-nothing-left = { $app } no vería ninguna cuenta, pero seguiría conectada. Para terminar la conexión, deje de compartir.
dashboard-accounts-changed = Su selección de cuentas se ha guardado.
dashboard-nothing-changed = No se ha cambiado nada.
dashboard-changed-meanwhile = Esto ha cambiado entretanto
dashboard-changed-meanwhile-text = Abajo se muestra cómo está ahora. Elija de nuevo.
dashboard-may-not-widen = Las cuentas que no forman parte de lo que aceptó al principio solo se pueden añadir en la aplicación.
dashboard-keep = Prolongar
dashboard-keep-title = ¿Seguir compartiendo con { $app } más tiempo?
dashboard-keep-what = { $app } seguiría viendo esto hasta el { $until }:
dashboard-keep-stop = Puede detenerlo en cualquier momento.
dashboard-keep-there = Puede prolongar esta conexión en { $app }:
dashboard-kept = Se sigue compartiendo con { $app }. { $until }
dashboard-not-kept = Esta conexión no se puede prolongar ahora. No se ha cambiado nada.
dashboard-round = Revisar una por una
dashboard-round-title = Revise sus aplicaciones
dashboard-round-place = { $position } de { $count }
dashboard-round-keep = Dejar como está
dashboard-round-stopped = Ya no se comparte con { $app }.
dashboard-round-done = Las ha revisado todas
dashboard-round-kept = { $count ->
    [one] { $count } conexión mantenida.
   *[other] { $count } conexiones mantenidas.
}
dashboard-activity-all = Toda la actividad
dashboard-activity-title = { $app }: actividad
dashboard-activity-older = Actividad anterior
dashboard-activity-granted = Aceptó compartir datos con { $app }
dashboard-activity-accounts = Cambió las cuentas que { $app } puede ver
dashboard-activity-narrowed = Se comparten menos datos que antes
dashboard-activity-renewed = Prolongó esta conexión
dashboard-activity-reported = Indicó que no reconoce esto
dashboard-activity-replaced = Una conexión más reciente ocupó su lugar
dashboard-activity-emptied = Detenida, porque no quedaba nada que compartir
dashboard-activity-stopped-by-you = Dejó de compartir
dashboard-activity-stopped-by-app = Detenida por { $app }
dashboard-activity-stopped-by-bank = Detenida por { $bank }
dashboard-activity-stopped = Detenida
dashboard-activity-used = Se entregaron datos
dashboard-activity-refused = Se pidieron datos y se rechazó la petición
dashboard-report = No reconozco esto
dashboard-report-title = ¿No reconoce { $app }?
dashboard-report-told = Hemos avisado a { $bank }. Se sigue compartiendo hasta que usted lo detenga.
dashboard-report-hint = Algunas aplicaciones tienen un nombre distinto del de la empresa que las crea. Si tiene dudas, deje de compartir: puede volver a conectarla en cualquier momento.
dashboard-report-help = Obtener ayuda
dashboard-stop-now = Dejar de compartir ahora
dashboard-stop-what-accounts = Esto termina ahora, para { $accounts }:
dashboard-stop-also = { $name } también da servicio a { $apps }. Eso no se ve afectado.
dashboard-stop-all = Dejar de compartir con todas las aplicaciones
dashboard-stop-all-title = ¿Dejar de compartir con todas las aplicaciones?
dashboard-stop-through = Detener todo lo que pasa por { $name }
dashboard-stop-through-title = ¿Detener todo lo que pasa por { $name }?
dashboard-stop-several-what = Todas estas conexiones terminan ahora:
dashboard-stop-several-kept = Los datos que estas aplicaciones ya tienen permanecen allí, según las reglas de cada una. Puede que dejen de funcionar para usted.
dashboard-several-stopped = { $count ->
    [one] { $count } conexión detenida.
   *[other] { $count } conexiones detenidas.
}
dashboard-several-failed = { $count ->
    [one] { $count } conexión continúa. Inténtelo de nuevo.
   *[other] { $count } conexiones continúan. Inténtelo de nuevo.
}
dashboard-several-none = No hay nada que detener.
dashboard-copy = Descargar una copia
dashboard-copy-title = Una copia de lo que comparte
dashboard-copy-made = De { $bank }, { $moment }. Imprima esta página o descárguela como archivo.
dashboard-copy-file = Descargar como archivo
dashboard-copy-signed = El archivo está firmado por { $bank }, para que otras personas puedan comprobar que nadie lo ha modificado.
dashboard-closes = Esta vista se cierra en dos minutos para proteger sus datos.
dashboard-stay = Seguir aquí

dashboard-everything-intro = Aquí ve lo que ha aceptado en { $bank }, y puede detenerlo en cualquier momento.
dashboard-apps = Aplicaciones y servicios
dashboard-sources = Datos de otras fuentes
dashboard-purposes = Para qué se pueden usar sus datos
dashboard-purposes-text = Usted ha aceptado estos usos por parte de { $bank }.
dashboard-records = Otras autorizaciones
dashboard-records-text = Las dio en una página o en un formulario de { $bank }, o de una entidad colaboradora.
dashboard-single-means = Qué significa
dashboard-single-over = Terminó el { $date }
dashboard-single-stop = Retirar la autorización
dashboard-single-stop-title = ¿Retirar la autorización «{ $title }»?
dashboard-single-stop-effect = Desde ese momento la autorización ya no se aplica, independientemente de dónde la haya dado. Puede volver a darla en cualquier momento. Lo que { $bank } debe guardar por ley se conserva.
dashboard-single-stopped = Ha retirado la autorización «{ $title }».
dashboard-single-granted-by-you = Usted aceptó
dashboard-single-granted = Se registró su autorización
dashboard-single-refused = Usted rechazó
dashboard-single-changed = Se modificó
dashboard-single-stopped-by-you = Usted retiró la autorización
dashboard-done = Listo

dashboard-joint = Compartido por otros titulares de una cuenta suya
dashboard-joint-text = Puede detenerlo para la cuenta que tienen en común. Nada más de lo que comparten cambia.
dashboard-joint-by = Compartido por { $name }
dashboard-joint-by-other = Compartido por otro titular de la cuenta
dashboard-joint-stop-title = ¿Dejar de compartir { $account } con { $app }?
dashboard-joint-stop-what = Esto termina ahora, solo para esta cuenta:
dashboard-joint-stop-effect = Es posible que { $app } deje de funcionar para quien la usa. Quien comparte la cuenta puede ver que esto se ha detenido.
dashboard-joint-stopped = { $app } ya no ve { $account }. { $moment }
dashboard-activity-accounts-joint = Otro titular de una cuenta dejó de compartirla con { $app }
dashboard-activity-accounts-changed = Se cambió qué cuentas puede ver { $app }

dashboard-clusters-change = Cambiar lo que se comparte
dashboard-clusters-title = ¿Qué puede ver { $app }?
dashboard-clusters-how = Desmarque lo que { $app } ya no debe ver. No se cambia nada antes de que usted vea un resumen.
dashboard-clusters-off = { $app } dejará de ver:
dashboard-clusters-kept = { $app } seguirá viendo:
dashboard-clusters-again = { $app } puede volver a pedírselo. Entonces decide usted, en la aplicación.
dashboard-clusters-nothing-left = { $app } no vería nada. Para terminar la conexión, deje de compartir.
dashboard-clusters-changed = { $app } ahora ve menos.
dashboard-activity-narrowed-by-you = Comparte menos datos con { $app } que antes
cluster-sensitive = sensible
cluster-account-basic = Nombre y saldo de la cuenta
cluster-account-basic-fields = Tipo de cuenta, nombre, número abreviado, saldo actual y disponible
cluster-account-detailed = Detalles de la cuenta
cluster-account-detailed-fields = Tipos de interés, límites, comisiones, condiciones, fechas y todos los saldos
cluster-payment-support = Números para pagar a la cuenta o desde ella
cluster-payment-support-fields = Número de cuenta y del banco, o números que los sustituyen
cluster-transactions = Movimientos
cluster-transactions-fields = Fecha, importe, beneficiario o comercio, categoría y estado
cluster-statements = Extractos
cluster-statements-fields = Extractos en archivos
cluster-bills = Próximas facturas y beneficiarios
cluster-bills-fields = Pagos previstos, importes y vencimientos
cluster-investments = Inversiones
cluster-investments-fields = Posiciones, precios y aportaciones
cluster-rewards = Recompensas
cluster-rewards-fields = Programa y puntos
cluster-tax = Documentos fiscales
cluster-tax-fields = Formularios y cifras
cluster-images = Imágenes de cheques y recibos
cluster-images-fields = Imágenes
cluster-customer-contact = Sus datos de contacto
cluster-customer-contact-fields = Nombre, dirección, correo y teléfono
cluster-customer-personal = Datos personales
cluster-customer-personal-fields = Fecha de nacimiento, número fiscal y datos de identidad
cluster-notifications = Avisos sobre estas cuentas
cluster-notifications-fields = Mensajes cuando ocurre algo
dashboard-all-stopped = Todo esto ha terminado.
dashboard-all-failed = Una parte continúa. Abajo ve lo que sigue vigente. Inténtelo de nuevo.
dashboard-zone = Zona horaria
