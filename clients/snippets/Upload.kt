// Uploads a photo with OkHttp 5, for Android: call `upload` on a background thread.
import java.io.File
import java.io.IOException
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody.Companion.asRequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import org.json.JSONObject

private val client = OkHttpClient.Builder().readTimeout(java.time.Duration.ofSeconds(60)).build()

/** Uploads a file and returns the URL of its thumbnail. */
fun upload(endpoint: String, file: File): String {
    // 1. Request an upload. The response says where and how to send the file.
    val wanted = JSONObject().put("profile", "avatar").put("owner", "u123").put("size", file.length())
    val json = wanted.toString().toRequestBody("application/json".toMediaType())
    val upload = JSONObject(send(Request.Builder().url("$endpoint/v1/uploads").post(json).build()))

    // 2. Send the file.
    sendFile(file, upload)

    // 3. Wait for the outcome.
    while (true) {
        val url = "$endpoint${upload.getString("status_url")}?wait=25"
        val outcome = JSONObject(send(Request.Builder().url(url).build()))
        when (outcome.getString("status")) {
            "awaiting_upload", "processing" -> continue
            "ready" -> {
                val variants = outcome.getJSONArray("variants")
                return (0 until variants.length())
                    .map { variants.getJSONObject(it) }
                    .first { it.getString("name") == "thumb" }
                    .getString("url")
            }
            else -> throw IOException(outcome.optJSONObject("error")?.getString("message") ?: outcome.getString("status"))
        }
    }
}

/** Sends a file to the store, with every header of the response. */
fun sendFile(file: File, upload: JSONObject) {
    val headers = upload.getJSONObject("headers")
    val put = Request.Builder().url(upload.getString("url"))
    headers.keys().forEach { put.header(it, headers.getString(it)) }
    // OkHttp replaces the header `content-type` by the type of the body.
    val type = headers.getString("content-type").toMediaType()
    send(put.method(upload.getString("method"), file.asRequestBody(type)).build())
}

/** Sends a request and returns the body of its response. */
fun send(request: Request): String =
    client.newCall(request).execute().use { response ->
        val body = response.body.string()
        if (!response.isSuccessful) throw IOException("${response.code}: $body")
        body
    }
