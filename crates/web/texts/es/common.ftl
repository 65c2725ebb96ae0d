# The same words as in texts/en/common.ftl.

skip-to-content = Ir al contenido
help-link = Ayuda
privacy-policy-link = Política de privacidad
terms-link = Condiciones del servicio
signed-in-as = Sesión iniciada como { $name }
signed-out-note = Esta página pertenece a { $bank }.
busy = Un momento…
request-failed = No hemos recibido respuesta, así que no sabemos si ha funcionado. Inténtelo de nuevo.
offline = No tiene conexión. No se puede cambiar nada hasta que vuelva.
field-error = Error: { $message }
party-verified = Comprobado por { $bank }
party-unverified = { $bank } no ha comprobado quién es
technical-details = Detalles técnicos
request-number = Número de solicitud
opens-elsewhere = abre { $host } en una ventana nueva
not-framed-properly = Esta vista no puede funcionar aquí, porque la página que la contiene no le permite tener su propia dirección. Quien gestione esa página debe añadir «allow-same-origin» al marco.

date-long = { $day } de { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[12] diciembre
} de { $year }
date-and-time = { $date }, { $time }
list-pair = { $first } y { $last }
list-more = { $first }, { $rest }
list-end = { $first } y { $last }

failure-invalid-title = Hay algo incorrecto en este enlace
failure-invalid-text = La página de la que viene ha pedido algo que no podemos hacer. Vuelva atrás y empiece de nuevo. Si ocurre otra vez, avise a la empresa que gestiona esa página.
failure-forbidden-title = Esto no es posible aquí
failure-forbidden-text = No se ha cambiado nada. Vuelva al lugar del que viene y empiece de nuevo.
failure-missing-title = Aquí no hay nada
failure-missing-text = Puede que la página haya cambiado de sitio o que fuera para otra persona. Compruebe la dirección o vuelva atrás.
failure-over-title = Esta página ya no es válida
failure-over-text = Ya se ha utilizado o ha estado abierta demasiado tiempo. Vuelva al lugar del que viene y empiece de nuevo.
failure-busy-title = Demasiados intentos
failure-busy-text = Espere un poco antes de intentarlo de nuevo.
failure-ours-title = Algo ha fallado por nuestra parte
failure-ours-text = No hemos podido completar lo que ha pedido. Inténtelo de nuevo dentro de un momento. Si sigue ocurriendo, indíquenos el número de solicitud que aparece abajo.
