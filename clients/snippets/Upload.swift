// Uploads a photo: swift Upload.swift ENDPOINT PHOTO
// In an app, call `upload` with the URL of the file that the photo picker returns.
import Foundation
#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

struct PresignedUpload: Decodable {
    let method: String
    let url: URL
    let headers: [String: String]
    let statusUrl: String
}

struct Outcome: Decodable {
    struct Variant: Decodable {
        let name: String
        let url: URL
    }
    struct Failure: Decodable {
        let code: String
        let message: String
    }
    let status: String
    let variants: [Variant]?
    let error: Failure?
}

struct UploadError: Error {
    let message: String
}

/// Uploads a file and returns the URL of its thumbnail.
func upload(_ file: URL, to endpoint: String) async throws -> URL {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let size = try FileManager.default.attributesOfItem(atPath: file.path)[.size] as! Int

    // 1. Request an upload. The response says where and how to send the file.
    var request = URLRequest(url: URL(string: "\(endpoint)/v1/uploads")!)
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "content-type")
    let wanted: [String: Any] = ["profile": "avatar", "owner": "u123", "size": size]
    request.httpBody = try JSONSerialization.data(withJSONObject: wanted)
    let presigned = try decoder.decode(
        PresignedUpload.self, from: try check(await URLSession.shared.data(for: request)))

    // 2. Send the file.
    try await send(file, as: presigned)

    // 3. Wait for the outcome.
    while true {
        request = URLRequest(url: URL(string: "\(endpoint)\(presigned.statusUrl)?wait=25")!)
        let outcome = try decoder.decode(
            Outcome.self, from: try check(await URLSession.shared.data(for: request)))
        switch outcome.status {
        case "awaiting_upload", "processing":
            continue
        case "ready":
            return outcome.variants!.first { $0.name == "thumb" }!.url
        default:
            throw UploadError(message: outcome.error?.message ?? outcome.status)
        }
    }
}

/// Sends a file to the store, with every header of the response.
func send(_ file: URL, as upload: PresignedUpload) async throws {
    var request = URLRequest(url: upload.url)
    request.httpMethod = upload.method
    for (name, value) in upload.headers {
        request.setValue(value, forHTTPHeaderField: name)
    }
    _ = try check(await URLSession.shared.upload(for: request, fromFile: file))
}

/// Returns the body of a successful response.
func check(_ result: (Data, URLResponse)) throws -> Data {
    let status = (result.1 as! HTTPURLResponse).statusCode
    guard status < 300 else {
        throw UploadError(message: "\(status): \(String(decoding: result.0, as: UTF8.self))")
    }
    return result.0
}

let arguments = CommandLine.arguments
print(try await upload(URL(fileURLWithPath: arguments[2]), to: arguments[1]))
