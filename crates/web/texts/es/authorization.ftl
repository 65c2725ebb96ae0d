# The same words as in texts/en/authorization.ftl.

login-title = Iniciar sesión
login-for = Inicie sesión en { $bank } para continuar a { $client }.
login-name = Nombre de usuario
login-password = Contraseña
login-button = Iniciar sesión
login-wrong = El nombre de usuario o la contraseña no es correcto
login-throttled = { $seconds ->
    [one] Demasiados intentos. Espere un segundo.
   *[other] Demasiados intentos. Espere { $seconds } segundos.
}
login-help = No se ha cambiado nada.
login-password-note = Solo { $bank } ve su contraseña. Nunca se facilita a nadie.
login-by-code = Iniciar sesión con un código enviado por correo
code-title = Iniciar sesión con un código
code-second-title = Un paso más
code-second-text = Para continuar, { $bank } necesita una segunda prueba de que es usted: un código que se envía a la dirección de correo que conoce de usted.
code-send = Enviar un código
code-by-password = Iniciar sesión con una contraseña
code-entry-title = Escriba el código
code-entry-text = Si { $bank } le conoce y conoce su dirección de correo, un código de { $digits } cifras está en camino. Sirve durante { $minutes } minutos y solo en este navegador.
code-entry-note = ¿No ha llegado nada? Mire en el correo no deseado o pida otro código. Solo se envían unos pocos cada cuarto de hora.
code-label = Código
code-again = Enviar otro código
code-wrong = { $left ->
    [one] Este código no es correcto. Le queda un intento.
   *[other] Este código no es correcto. Le quedan { $left } intentos.
}
code-over = Ahora no hay ningún código válido. Pida otro.
login-with = Iniciar sesión con { $provider }
upstream-nobody-title = No le conocemos por esta cuenta
upstream-nobody-text = Ha iniciado sesión allí, pero { $bank } no sabe quién es usted por esa cuenta. No se ha creado ni cambiado nada. Inicie sesión de otra manera o pregunte a { $bank }.
upstream-foreign-title = Esta respuesta no corresponde aquí
upstream-foreign-text = No encaja con lo que pidió este navegador o ya se ha utilizado. No se ha iniciado ninguna sesión. Vuelva al lugar del que viene y empiece de nuevo.
upstream-trouble-title = Esta vía no está disponible ahora
upstream-trouble-text = No hemos podido comprobar quién es usted. No se ha iniciado ninguna sesión. Inténtelo más tarde o inicie sesión en { $bank } de otra manera.
sessions-title = Dónde tiene la sesión iniciada
sessions-text = Cada entrada es un navegador en el que tiene la sesión iniciada en { $bank }. Cierre la sesión donde no sea usted o donde ya no esté.
sessions-note = Las aplicaciones a las que permitió seguir conectadas en su ausencia continúan.
sessions-end-others = Cerrar sesión en todos los demás sitios
sessions-ended = La sesión de allí se ha cerrado.
sessions-ended-others = La sesión se ha cerrado en todos los demás sitios.
session-this = Este navegador
session-since = Sesión iniciada desde
session-seen = Último uso
session-how = Inicio con
session-by-password = una contraseña
session-by-code = un código por correo
session-device = { $browser } en { $system }
session-device-system = Un navegador en { $system }
session-device-unknown = Un navegador que no conocemos
session-end = Cerrar sesión: { $device }
session-end-this = Cerrar sesión aquí
signed-in-title = Ha iniciado sesión
signed-in-text = Puede cerrar esta página o volver a la aplicación o a la página de { $bank } de la que viene.
passkey-title = Iniciar sesión con una llave de acceso
passkey-text = Su dispositivo le pide la huella, el rostro o su PIN, y demuestra a { $bank } que es usted. Nada de eso sale de su dispositivo.
passkey-use = Usar una llave de acceso
passkey-missing = Las llaves de acceso necesitan JavaScript y un navegador que las conozca. Aquí falta una de las dos cosas.
passkey-nothing = No se ha usado ninguna llave de acceso. Inténtelo de nuevo o inicie sesión de otra manera.
passkey-refused = Esta llave de acceso no sirve aquí
passkey-over = Ha tardado demasiado o la página ya se ha usado. Inténtelo de nuevo.
passkey-otherwise = Iniciar sesión de otra manera
session-by-passkey = una llave de acceso
passkeys-title = Sus llaves de acceso
passkeys-text = Con una llave de acceso inicia sesión en { $bank } con la huella, el rostro o el PIN de su dispositivo. No hay ninguna contraseña que alguien pueda averiguar.
passkeys-none = Todavía no tiene ninguna llave de acceso.
passkey-added = Añadida
passkey-where = Dónde sirve
passkey-copied = en sus dispositivos que comparten llaves de acceso
passkey-one-device = en un solo dispositivo
passkey-name = Nombre
passkey-rename = Cambiar el nombre
passkey-save = Guardar el nombre
passkey-remove = Eliminar { $name }
passkeys-add = Añadir una llave de acceso
passkeys-hint = Con este nombre la encontrará en la lista.
passkeys-again-text = Para añadir una llave de acceso, inicie sesión una vez más. Así no puede añadir una quien encuentre su dispositivo abierto.
passkeys-again = Iniciar sesión de nuevo
passkeys-added = La llave de acceso se ha añadido. Ya puede iniciar sesión con ella.
passkeys-removed = La llave de acceso se ha eliminado y ya no abre nada. También puede borrarla en su dispositivo.
passkeys-named = El nombre se ha cambiado.
passkeys-full = No caben más llaves de acceso. Elimine una primero.
passkeys-last = Esta llave de acceso es su única forma de iniciar sesión, así que se queda. Añada otra primero.
passkeys-nothing = No se ha añadido ninguna llave de acceso. Inténtelo de nuevo.

consent-title = { $client } solicita acceso a sus datos
consent-what = Qué solicita { $client }
consent-openid = Saber que es usted
consent-openid-text = Recibe un número que le representa. Su nombre y su contraseña no se facilitan.
consent-offline = Seguir conectada en su ausencia
consent-offline-text = Puede usar este acceso también cuando usted no esté usando la aplicación, hasta el día que se indica abajo.
consent-why = Para qué
consent-until = Hasta
consent-until-text = { $date }, o hasta que usted lo detenga
consent-until-once = Solo esta vez. Para obtener datos de nuevo, { $client } tiene que volver a preguntarle.
lookback = Antigüedad de los datos
lookback-days = { $count ->
    [one] Datos de hasta { $count } día antes de cada consulta
   *[other] Datos de hasta { $count } días antes de cada consulta
}
consent-who = Quién los recibe
consent-approve = Aceptar
consent-decline = Rechazar
consent-stop = Si rechaza, no se comparte nada. Si acepta, puede detenerlo en { $bank } en cualquier momento.
consent-part = Compartir solo una parte
consent-part-legend = Marque lo que quiere compartir
consent-part-button = Compartir solo lo marcado
consent-none-ticked = No ha marcado nada. Marque lo que quiere compartir o rechace.
consent-not-you = ¿No es { $name }?
consent-switch = Iniciar sesión con otra cuenta

logout-title = ¿Cerrar sesión?
logout-text = Se cerrará su sesión en { $bank } en este navegador. Las aplicaciones que pueden seguir conectadas en su ausencia no se ven afectadas.
logout-yes = Cerrar sesión
logout-no = Mantener la sesión
signed-out-title = Ha cerrado sesión
signed-out-text = Ya no tiene la sesión iniciada en { $bank } en este navegador. Puede cerrar esta página.

auth-problem = Esto no ha funcionado
auth-unknown-client-title = No conocemos esta aplicación
auth-unknown-client-text = La aplicación de la que viene no está registrada en { $bank }, o ha indicado una dirección que no es suya. No se ha compartido nada. Cierre esta página y avise a la empresa que gestiona la aplicación.
auth-bad-request-title = Hay algo incorrecto en este enlace
auth-bad-request-text = La aplicación de la que viene ha pedido algo que { $bank } no puede hacer. No se ha compartido nada. Vuelva a la aplicación y empiece de nuevo.
auth-over-title = Esta solicitud ha terminado
auth-over-text = Ya se ha respondido o ha estado abierta demasiado tiempo. Aquí no ocurre nada más. Si todavía lo desea, vuelva a la aplicación y empiece de nuevo.
auth-foreign-title = Esto no pertenece a este navegador
auth-foreign-text = La solicitud se inició en otro navegador, o ahora hay otra persona con la sesión iniciada en { $bank }. No se ha compartido nada. Vuelva a la aplicación y empiece de nuevo.
auth-changed-title = Algo ha cambiado entretanto
auth-changed-text = Mientras esta página estaba abierta, la aplicación o su cuenta en { $bank } ha cambiado, de modo que la solicitud ya no es válida. No se ha compartido nada. Vuelva a la aplicación y empiece de nuevo.

everything-title = Todo lo que ha aceptado

# Identities at other providers.
links-title = Sus accesos en otros sitios
links-text = Puede entrar en { $bank } con lo que tiene en estos proveedores. { $bank } sabe quién es usted allí, y nada más.
links-again-text = Para cambiar algo aquí, entre antes otra vez. Así no puede hacerlo nadie que encuentre su dispositivo abierto.
link-linked = vinculado
link-since = Vinculado desde
link-none = Todavía no entra con él.
link-add = Vincular { $provider }
link-remove = Desvincular { $provider }
links-linked = Está vinculado. Desde ahora puede entrar con él.
links-unlinked = Está desvinculado y ya no abre nada aquí. Donde había entrado con él, la sesión se ha cerrado.
links-taken = Otra persona entra aquí ya con este acceso. No se ha cambiado nada.
links-full = No hay sitio para otro acceso. Desvincule antes uno.
links-last = Es su única manera de entrar, así que se queda. Añada antes otra, por ejemplo una llave de acceso.
links-elsewhere = Entretanto ha entrado aquí otra persona. No se ha vinculado nada.

# On to the app.
onward-title = Un momento
onward-text = Continúa en { $client }.
onward-button = Continuar

notices-title = Correos sobre lo que ha aceptado
notices-are-on = { $bank } le escribe cuando acepta algo, cuando termina y antes de que termine.
notices-are-off = { $bank } no le escribe sobre lo que ha aceptado.
notices-switch-off = Dejar de recibir estos correos
notices-switch-on = Volver a recibir estos correos
notices-done-off = Ya no recibirá estos correos.
notices-done-on = Recibirá de nuevo estos correos.
notices-note = Los correos que protegen su cuenta y los que usted pide llegan siempre.
