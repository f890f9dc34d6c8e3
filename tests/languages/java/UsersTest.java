import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.Pattern;
import java.util.stream.Stream;

class UsersTest {
    static final String STANDIN = System.getenv().getOrDefault("STANDIN_URL", "http://127.0.0.1:8080");
    static final String ADA = "{\"email\": \"ada@example.com\", \"firstName\": \"Ada\", \"lastName\": \"Byron\"}";
    static final HttpClient HTTP = HttpClient.newHttpClient();

    /** A world of a test's own: its people, credentials, limits and time. */
    static class Sandbox implements AutoCloseable {
        final String at, url, token;

        Sandbox() {
            var told = control("POST", "/sandboxes", "{\"vendors\": [\"cofense\"], \"recipients\": 5}");
            at = "/sandboxes/" + find(told, "\"name\":\"([^\"]+)\"");
            url = find(told, "\"rest\":\"([^\"]+)\"");
            token = find(told, "\"api\":\\{\"token\":\"([^\"]+)\"");
        }

        @Override
        public void close() {
            control("DELETE", at, "");
        }
    }

    static String control(String method, String path, String body) {
        var reply = send(method, STANDIN + "/_standin/v1" + path, "", body);
        if (reply.statusCode() >= 300) throw new IllegalStateException(reply.body());
        return reply.body();
    }

    /** The code under test: one call to the vendor. */
    static HttpResponse<String> users(Sandbox sandbox, String token, String user) {
        return send(user.isEmpty() ? "GET" : "POST", sandbox.url + "/users", token, user);
    }

    static HttpResponse<String> send(String method, String url, String token, String body) {
        var request = HttpRequest.newBuilder(URI.create(url)).method(method, BodyPublishers.ofString(body))
            .header("Authorization", "Bearer " + token).header("Content-Type", "application/json");
        return HTTP.sendAsync(request.build(), BodyHandlers.ofString()).join();
    }

    /** What a JSON library does in a project that has one. */
    static String find(String json, String pattern) {
        var found = Pattern.compile(pattern).matcher(json);
        if (!found.find()) throw new IllegalStateException(pattern + " is not in " + json);
        return found.group(1);
    }

    // @Test
    void eachTestHasAWorldOfItsOwn() {
        try (var sandbox = new Sandbox()) {
            assertEquals(201, users(sandbox, sandbox.token, ADA).statusCode());
            assertEquals("6", find(users(sandbox, sandbox.token, "").body(), "\"total\":(\\d+)"));
        }
    }

    // @Test
    void aTokenExpiresWhenTheClockSaysSo() {
        try (var sandbox = new Sandbox()) {
            var wish = "{\"credential\": \"api\", \"expires_in\": \"60s\"}";
            var issued = control("POST", sandbox.at + "/vendors/cofense/credentials", wish);
            var token = find(issued, "\"token\":\"([^\"]+)\"");
            assertEquals(200, users(sandbox, token, "").statusCode());
            control("PATCH", sandbox.at + "/clock", "{\"advance\": \"61s\"}");
            assertEquals(401, users(sandbox, token, "").statusCode());
        }
    }

    // With JUnit the rest is its own: `import static org.junit.jupiter.api.Assertions.assertEquals`.
    static void assertEquals(Object wanted, Object came) {
        if (!wanted.equals(came)) throw new AssertionError("wanted " + wanted + ", came " + came);
    }

    public static void main(String[] args) {
        var tests = new UsersTest();
        var own = Stream.<Runnable>generate(() -> tests::eachTestHasAWorldOfItsOwn).limit(4);
        var all = Stream.concat(own, Stream.of(tests::aTokenExpiresWhenTheClockSaysSo)).toList();
        all.parallelStream().forEach(Runnable::run);
        System.out.println(all.size() + " tests passed");
    }
}
