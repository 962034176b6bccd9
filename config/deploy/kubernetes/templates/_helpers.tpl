{{- define "homing.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "homing.fullname" -}}
{{- if contains (include "homing.name" .) .Release.Name }}
{{- .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "homing.name" .) | trunc 52 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "homing.selector" -}}
app.kubernetes.io/name: {{ include "homing.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "homing.labels" -}}
{{ include "homing.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* A secret value of the chart's own: what the cluster has already, else a new one. */}}
{{- define "homing.kept" -}}
{{- $found := lookup "v1" "Secret" .root.Release.Namespace (include "homing.fullname" .root) }}
{{- if and $found $found.data (hasKey $found.data .key) }}
{{- index $found.data .key }}
{{- else }}
{{- randAlphaNum 40 | b64enc }}
{{- end }}
{{- end }}

{{- define "homing.shared" -}}
{{- if or .Values.share.url .Values.share.existingSecret }}true{{ end }}
{{- end }}

{{/* homing.yaml: what the chart knows, over what `config` says. */}}
{{- define "homing.config" -}}
{{- $affinity := dict "seed" "${HOMING_SEED}" }}
{{- if include "homing.shared" . }}{{ $_ := set $affinity "share" "${HOMING_SHARE}" }}{{ end }}
{{- $own := dict "listen" "0.0.0.0:8080" "admin" "0.0.0.0:9090" "admin_token" "${HOMING_ADMIN_TOKEN}"
      "drain_timeout" (printf "%ds" (int .Values.drainSeconds)) "affinity" $affinity }}
{{- $config := mustMergeOverwrite (dict) (deepCopy .Values.config) $own }}
{{- if .Values.engines.selector }}
{{- if or (hasKey $config "backends") (hasKey $config "pools") }}
{{- fail "engines.selector and config.backends or config.pools are both set (expected: one of them)" }}
{{- end }}
{{- $url := printf "dns+http://%s-engines.%s.svc.%s.:%d" (include "homing.fullname" .) .Release.Namespace .Values.clusterDomain (int .Values.engines.port) }}
{{- $_ := set $config "backends" (list (dict "id" "engine" "url" $url)) }}
{{- else if not (or (hasKey $config "backends") (hasKey $config "pools")) }}
{{- fail "no engines (expected: engines.selector, config.backends or config.pools)" }}
{{- end }}
{{- toYaml $config }}
{{- end }}
