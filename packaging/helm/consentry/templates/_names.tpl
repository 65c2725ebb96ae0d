{{- define "consentry.name" -}}
{{- if contains "consentry" .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-consentry" .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "consentry.selector" -}}
app.kubernetes.io/name: consentry
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "consentry.labels" -}}
{{ include "consentry.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "consentry.host" -}}
{{- get (urlParse .Values.publicUrl) "hostname" -}}
{{- end -}}

{{- /* What the server is told, of every container that runs the binary. */ -}}
{{- define "consentry.environment" -}}
- name: CONSENTRY__SERVER__PUBLIC_URL
  value: {{ .Values.publicUrl | quote }}
{{- if .Values.trustedProxies }}
- name: CONSENTRY__SERVER__TRUSTED_PROXIES
  value: {{ join "," .Values.trustedProxies | quote }}
{{- end }}
{{- if .Values.tls.secretName }}
- name: CONSENTRY__TLS__CERTIFICATE_FILE
  value: /etc/consentry/tls/tls.crt
- name: CONSENTRY__TLS__KEY_FILE
  value: /etc/consentry/tls/tls.key
{{- end }}
{{- if .Values.storage.databaseSecret.name }}
- name: CONSENTRY__STORAGE__URL
  valueFrom:
    secretKeyRef:
      name: {{ .Values.storage.databaseSecret.name }}
      key: {{ .Values.storage.databaseSecret.key }}
{{- end }}
{{- if .Values.rootKeySecret.name }}
- name: CONSENTRY__KEYS__ROOT
  valueFrom:
    secretKeyRef:
      name: {{ .Values.rootKeySecret.name }}
      key: {{ .Values.rootKeySecret.key }}
{{- end }}
{{- range $section, $keys := .Values.config }}
{{- range $key, $value := $keys }}
- name: {{ printf "CONSENTRY__%s__%s" $section $key | upper }}
  value: {{ $value | toString | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* It writes to its folder alone, and needs nothing of the node. */ -}}
{{- define "consentry.container" -}}
image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
volumeMounts:
  - name: data
    mountPath: /var/lib/consentry
  - name: scratch
    mountPath: /tmp
  {{- if .Values.tls.secretName }}
  - name: tls
    mountPath: /etc/consentry/tls
    readOnly: true
  {{- end }}
  {{- if .Values.manifests }}
  - name: manifests
    mountPath: /etc/consentry/manifests
    readOnly: true
  {{- end }}
{{- end -}}
