// Code samples of one call in several languages. Pure: values in, text out (tests run the code).
const quote = (value) => JSON.stringify(value);
const python = (value) =>
  value === true ? "True" : value === false ? "False" : Array.isArray(value) ? `[${value.map(python).join(", ")}]` : quote(value);
const php = (value) => (Array.isArray(value) ? `[${value.map(php).join(", ")}]` : typeof value === "string" ? `'${value.replace(/[\\']/g, "\\$&")}'` : String(value));
const shell = (value) => `'${String(value).replace(/'/g, `'\\''`)}'`;
const pascal = (name) => name.split("_").map((w) => w[0].toUpperCase() + w.slice(1)).join("");
const snake = (name) => name.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase();

const source = (call) => (call.url ? { url: call.url } : { image: null });
const token = (call) => ({
  auth: {
    identity: { methods: ["password"], password: { user: { domain: { name: call.account }, name: call.user, password: "$OCR_PASSWORD" } } },
    scope: { project: { name: call.projectName } },
  },
});

export const LANGUAGES = [
  ["curl", "curl"], ["python", "Python SDK"], ["requests", "Python requests"], ["java", "Java"],
  ["go", "Go"], ["node", "Node.js"], ["php", "PHP"],
];

// A service that the Java SDK has no class for: the JDK alone (11 or newer), with a token.
const plainJava = (call) => {
  const login = quote(JSON.stringify(token(call))).replace('\\"$OCR_PASSWORD\\"', '\\"" + System.getenv("OCR_PASSWORD") + "\\"');
  const rest = JSON.stringify(call.options).slice(1, -1);
  const body = call.url
    ? quote(JSON.stringify({ ...source(call), ...call.options }))
    : `"{\\"image\\":\\"" + image + ${quote(`"${rest ? "," + rest : ""}}`)}`;
  const whose = call.enterpriseProject ? `, "Enterprise-Project-Id", ${quote(call.enterpriseProject)}` : "";
  return `// java Example.java   (Java 11 or newer, no packages)
import java.net.URI;
import java.net.http.*;
import java.nio.file.*;
import java.util.Base64;

public class Example {
    static HttpResponse<String> post(String url, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).header("Content-Type", "application/json");
        if (headers.length > 0) request.headers(headers);
        return HttpClient.newHttpClient().send(request.POST(HttpRequest.BodyPublishers.ofString(body)).build(), HttpResponse.BodyHandlers.ofString());
    }

    public static void main(String[] args) throws Exception {
        String login = ${login};
        String token = post(${quote(call.endpoint + "/v3/auth/tokens")}, login).headers().firstValue("X-Subject-Token").get();
${call.url ? "" : `        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(${quote(call.file)})));
`}        String body = ${body};
        System.out.println(post(${quote(call.endpoint + call.path)}, body, "X-Auth-Token", token${whose}).body());
    }
}
`;
};

const makers = {
  curl(call) {
    const login = JSON.stringify(token(call)).replace(/'/g, `'\\''`).replace('"$OCR_PASSWORD"', () => `"'"$OCR_PASSWORD"'"`);
    const body = call.url
      ? `printf '%s' ${shell(JSON.stringify({ ...source(call), ...call.options }))}`
      : `{ printf '{"image":"'; base64 < ${shell(call.file)} | tr -d '\\n'; printf '%s' ${shell(`"${JSON.stringify(call.options).replace(/^\{/, call.hasOptions ? "," : "")}`)}; }`;
    return `# export OCR_PASSWORD=...   (password of ${call.account}/${call.user}); a token lasts 24 hours
TOKEN=$(curl -sS -D - -o /dev/null ${shell(call.endpoint + "/v3/auth/tokens")} \\
  -H 'Content-Type: application/json' -d '${login}' | tr -d '\\r' | sed -n 's/^[Xx]-[Ss]ubject-[Tt]oken: //p')
${body} |
curl -sS ${shell(call.endpoint + call.path)} -H "X-Auth-Token: $TOKEN" \\
  -H 'Content-Type: application/json'${call.enterpriseProject ? ` -H 'Enterprise-Project-Id: ${call.enterpriseProject}'` : ""} --data-binary @-
`;
  },
  python(call) {
    if (!call.sdk) return makers.requests(call);
    const args = [call.url ? `url=${python(call.url)}` : "image=image", ...Object.entries(call.options).map(([k, v]) => `${k}=${python(v)}`)];
    const request = call.enterpriseProject ? `enterprise_project_id=${python(call.enterpriseProject)}, ` : "";
    return `# pip install huaweicloudsdkocr
${call.url ? "" : "import base64\n"}import os

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkocr.v1 import OcrClient, Recognize${call.sdk}Request, ${call.sdk}RequestBody

keys = BasicCredentials(os.environ["OCR_AK"], os.environ["OCR_SK"], ${python(call.project)})
client = OcrClient.new_builder().with_credentials(keys).with_endpoint(${python(call.endpoint)}).build()
${call.url ? "" : `with open(${python(call.file)}, "rb") as file:
    image = base64.b64encode(file.read()).decode()
`}body = ${call.sdk}RequestBody(${args.join(", ")})
answer = client.recognize_${snake(call.sdk)}(Recognize${call.sdk}Request(${request}body=body))
print(answer.result)
`;
  },
  requests(call) {
    const body = { ...source(call), ...call.options };
    const entries = Object.entries(body).map(([k, v]) => `    ${quote(k)}: ${k === "image" ? "image" : python(v)},`);
    const login = JSON.stringify(token(call)).replace('"$OCR_PASSWORD"', 'os.environ["OCR_PASSWORD"]');
    return `# pip install requests
${call.url ? "" : "import base64\n"}import os

import requests

login = ${login}
token = requests.post(${python(call.endpoint + "/v3/auth/tokens")}, json=login, timeout=30)
token.raise_for_status()
headers = {"X-Auth-Token": token.headers["X-Subject-Token"]${call.enterpriseProject ? `, "Enterprise-Project-Id": ${python(call.enterpriseProject)}` : ""}}
${call.url ? "" : `with open(${python(call.file)}, "rb") as file:
    image = base64.b64encode(file.read()).decode()
`}body = {
${entries.join("\n")}
}
answer = requests.post(${python(call.endpoint + call.path)}, json=body, headers=headers, timeout=90)
print(answer.status_code, answer.json())
`;
  },
  java(call) {
    if (!call.sdk) return plainJava(call);
    const set = (k, v) => `.with${pascal(k)}(${Array.isArray(v) ? `java.util.List.of(${v.map(quote).join(", ")})` : JSON.stringify(v)})`;
    const options = Object.entries(call.options).map(([k, v]) => "\n            " + set(k, v)).join("");
    const input = call.url ? `.withUrl(${quote(call.url)})` : ".withImage(image)";
    const whose = call.enterpriseProject ? `.withEnterpriseProjectId(${quote(call.enterpriseProject)})` : "";
    return `// Maven: com.huaweicloud.sdk:huaweicloud-sdk-ocr
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.ocr.v1.OcrClient;
import com.huaweicloud.sdk.ocr.v1.model.*;
import java.nio.file.*;
import java.util.Base64;

public class Example {
    public static void main(String[] args) throws Exception {
        BasicCredentials keys = new BasicCredentials().withAk(System.getenv("OCR_AK"))
            .withSk(System.getenv("OCR_SK")).withProjectId(${quote(call.project)});
        OcrClient client = OcrClient.newBuilder().withCredential(keys)
            .withEndpoint(${quote(call.endpoint)}).build();
${call.url ? "" : `        String image = Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(${quote(call.file)})));
`}        ${call.sdk}RequestBody body = new ${call.sdk}RequestBody()${input}${options};
        System.out.println(client.recognize${call.sdk}(new Recognize${call.sdk}Request()${whose}.withBody(body)));
    }
}
`;
  },
  go(call) {
    const fields = Object.entries({ ...source(call), ...call.options }).map(([k, v]) => `\t\t${quote(k)}: ${k === "image" ? "image" : Array.isArray(v) ? `[]string{${v.map(quote).join(", ")}}` : JSON.stringify(v)},`);
    const login = JSON.stringify(token(call)).replace('"$OCR_PASSWORD"', "%q");
    return `package main

import (
	"bytes"
${call.url ? "" : '\t"encoding/base64"\n'}	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
)

func post(url, token string, body []byte) *http.Response {
	request, _ := http.NewRequest("POST", url, bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Auth-Token", token)
${call.enterpriseProject ? `	request.Header.Set("Enterprise-Project-Id", ${quote(call.enterpriseProject)})
` : ""}	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	return answer
}

func main() {
	login := fmt.Sprintf(\`${login}\`, os.Getenv("OCR_PASSWORD"))
	token := post(${quote(call.endpoint + "/v3/auth/tokens")}, "", []byte(login)).Header.Get("X-Subject-Token")
${call.url ? "" : `	content, err := os.ReadFile(${quote(call.file)})
	if err != nil {
		panic(err)
	}
	image := base64.StdEncoding.EncodeToString(content)
`}	body, _ := json.Marshal(map[string]any{
${fields.join("\n")}
	})
	answer := post(${quote(call.endpoint + call.path)}, token, body)
	text, _ := io.ReadAll(answer.Body)
	fmt.Println(answer.StatusCode, string(text))
}
`;
  },
  node(call) {
    const entries = Object.entries({ ...source(call), ...call.options }).map(([k, v]) => `  ${k}: ${k === "image" ? "image" : JSON.stringify(v)},`);
    const login = JSON.stringify(token(call)).replace('"$OCR_PASSWORD"', "process.env.OCR_PASSWORD");
    return `// node example.mjs   (Node.js 18 or newer, no packages)
${call.url ? "" : 'import { readFile } from "node:fs/promises";\n\n'}const headers = { "Content-Type": "application/json" };
const login = ${login};
const session = await fetch(${quote(call.endpoint + "/v3/auth/tokens")}, { method: "POST", headers, body: JSON.stringify(login) });
headers["X-Auth-Token"] = session.headers.get("X-Subject-Token");
${call.enterpriseProject ? `headers["Enterprise-Project-Id"] = ${quote(call.enterpriseProject)};
` : ""}${call.url ? "" : `const image = (await readFile(${quote(call.file)})).toString("base64");
`}const body = {
${entries.join("\n")}
};
const answer = await fetch(${quote(call.endpoint + call.path)}, { method: "POST", headers, body: JSON.stringify(body) });
console.log(answer.status, JSON.stringify(await answer.json(), null, 2));
`;
  },
  php(call) {
    const entries = Object.entries({ ...source(call), ...call.options }).map(([k, v]) => `    '${k}' => ${k === "image" ? `base64_encode(file_get_contents(${php(call.file)}))` : php(v)},`);
    const login = JSON.stringify(token(call)).replace(/[\\']/g, "\\$&").replace('"$OCR_PASSWORD"', "' . json_encode(getenv('OCR_PASSWORD')) . '");
    return `<?php
function post(string $url, string $body, array $headers): array {
    $context = stream_context_create(['http' => ['method' => 'POST', 'content' => $body, 'ignore_errors' => true,
        'header' => array_merge(['Content-Type: application/json'], $headers)]]);
    $text = file_get_contents($url, false, $context);
    return [$text, $http_response_header];
}
[, $headers] = post(${php(call.endpoint + "/v3/auth/tokens")}, '${login}', []);
$found = array_values(preg_grep('/^X-Subject-Token:/i', $headers));
$token = trim(explode(':', $found[0], 2)[1]);
$body = json_encode([
${entries.join("\n")}
]);
[$answer] = post(${php(call.endpoint + call.path)}, $body, ["X-Auth-Token: $token"${call.enterpriseProject ? `, ${php("Enterprise-Project-Id: " + call.enterpriseProject)}` : ""}]);
echo $answer, PHP_EOL;
`;
  },
};

export const generate = (language, call) =>
  makers[language]({ file: "document.jpg", options: {}, ...call, hasOptions: Object.keys(call.options || {}).length > 0 });
