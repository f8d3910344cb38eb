{{- define "darkroom.labels" -}}
app.kubernetes.io/name: darkroom
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "darkroom.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end }}

{{- /* The service account and the disruption budget of a role. */ -}}
{{- define "darkroom.role" -}}
{{- $role := .role -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  name: {{ .root.Release.Name }}-{{ $role }}
  labels:
    {{- include "darkroom.labels" .root | nindent 4 }}
  {{- with (index .root.Values $role).serviceAccountAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
automountServiceAccountToken: false
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ .root.Release.Name }}-{{ $role }}
  labels:
    {{- include "darkroom.labels" .root | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "darkroom.labels" .root | nindent 6 }}
      app.kubernetes.io/component: {{ $role }}
{{- end }}

{{- /* The start of the specification of a pod, up to the fields in which the roles differ. */ -}}
{{- define "darkroom.pod" -}}
{{- $role := .role -}}
serviceAccountName: {{ .root.Release.Name }}-{{ $role }}
automountServiceAccountToken: false
# Otherwise Kubernetes sets DARKROOM_* variables for each service whose name begins with darkroom.
enableServiceLinks: false
# Longer than worker.drain_grace.
terminationGracePeriodSeconds: 40
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "darkroom.labels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ $role }}
containers:
  - name: {{ $role }}
    image: {{ include "darkroom.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    args: [{{ $role }}]
    envFrom:
      - configMapRef: { name: {{ .root.Release.Name }} }
      - secretRef: { name: {{ .root.Values.secretName }}, optional: true }
    env:
      - { name: DARKROOM_RENDER_PROCESSES, value: {{ (index .root.Values $role).renderProcesses | quote }} }
    # Only alive: a restart does not help if the store is down.
    livenessProbe:
      httpGet: { path: /healthz, port: metrics }
      periodSeconds: 10
      timeoutSeconds: 5
    readinessProbe:
      httpGet: { path: /readyz, port: metrics }
      periodSeconds: 5
      timeoutSeconds: 5
    resources:
      {{- toYaml (index .root.Values $role).resources | nindent 6 }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: { drop: [ALL] }
{{- end }}
