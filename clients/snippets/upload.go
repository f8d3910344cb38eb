// Uploads a photo: go run upload.go ENDPOINT PHOTO
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

type presignedUpload struct {
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Headers   map[string]string `json:"headers"`
	StatusURL string            `json:"status_url"`
}

type outcome struct {
	Status   string `json:"status"`
	Variants []struct {
		Name string `json:"name"`
		URL  string `json:"url"`
	} `json:"variants"`
	Error struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func main() {
	log.SetFlags(0)
	url, err := upload(os.Args[1], os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(url)
}

// upload returns the URL of the thumbnail.
func upload(endpoint, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}

	// 1. Request an upload. The response says where and how to send the file.
	body, _ := json.Marshal(map[string]any{"profile": "avatar", "owner": "u123", "size": info.Size()})
	request, err := http.NewRequest("POST", endpoint+"/v1/uploads", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	var presigned presignedUpload
	if err := send(request, &presigned); err != nil {
		return "", err
	}

	// 2. Send the file, with every header of the response.
	request, err = http.NewRequest(presigned.Method, presigned.URL, file)
	if err != nil {
		return "", err
	}
	request.ContentLength = info.Size()
	for name, value := range presigned.Headers {
		request.Header.Set(name, value)
	}
	if err := send(request, nil); err != nil {
		return "", err
	}

	// 3. Wait for the outcome.
	for {
		request, err = http.NewRequest("GET", endpoint+presigned.StatusURL+"?wait=25", nil)
		if err != nil {
			return "", err
		}
		var result outcome
		if err := send(request, &result); err != nil {
			return "", err
		}
		switch result.Status {
		case "awaiting_upload", "processing":
			continue
		case "ready":
			for _, variant := range result.Variants {
				if variant.Name == "thumb" {
					return variant.URL, nil
				}
			}
		}
		return "", fmt.Errorf("%s: %s (%s)", result.Status, result.Error.Message, result.Error.Code)
	}
}

// send sends a request and decodes the response into result, unless result is nil.
func send(request *http.Request, result any) error {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s: %s", response.Status, body)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(body, result)
}
