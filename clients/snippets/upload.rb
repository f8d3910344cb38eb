# Uploads a photo, without gems: ruby upload.rb ENDPOINT PHOTO
require "json"
require "net/http"

endpoint, path = ARGV
file = File.open(path, "rb")

def send_request(method, url, headers = {}, body: nil, stream: nil)
  uri = URI(url)
  request = Net::HTTP.const_get(method.capitalize).new(uri, headers)
  request.body = body if body
  if stream
    request.body_stream = stream
    request.content_length = stream.size
  end
  response = Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https") { |http| http.request(request) }
  raise "#{response.code}: #{response.body}" unless response.is_a?(Net::HTTPSuccess)

  response.body
end

# 1. Request an upload. The response says where and how to send the file.
wanted = { profile: "avatar", owner: "u123", size: file.size }.to_json
upload = JSON.parse(send_request("POST", "#{endpoint}/v1/uploads", { "content-type" => "application/json" }, body: wanted))

# 2. Send the file, with every header of the response.
send_request(upload["method"], upload["url"], upload["headers"], stream: file)

# 3. Wait for the outcome.
outcome = nil
loop do
  outcome = JSON.parse(send_request("GET", "#{endpoint}#{upload["status_url"]}?wait=25"))
  break unless %w[awaiting_upload processing].include?(outcome["status"])
end
raise outcome.dig("error", "message") || outcome["status"] unless outcome["status"] == "ready"

puts outcome["variants"].find { |variant| variant["name"] == "thumb" }["url"]
