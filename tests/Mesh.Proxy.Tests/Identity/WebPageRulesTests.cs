using System.Collections.Frozen;
using Mesh.Proxy.Identity;
using Microsoft.AspNetCore.Http;

namespace Mesh.Proxy.Tests.Identity;

public sealed class WebPageRulesTests
{
    private static readonly WebPageRules Rules = new(new[] { "shop.test" }.ToFrozenSet(StringComparer.OrdinalIgnoreCase));

    [Theory]
    [InlineData("curl", "GET", "Host: localhost:5000")]
    [InlineData("curl that writes", "POST", "Host: 127.0.0.1:5000")]
    [InlineData("HTTP/1.0", "GET", "")]
    [InlineData("IPv6", "GET", "Host: [::1]:5000")]
    [InlineData("all of 127/8", "GET", "Host: 127.9.9.9")]
    [InlineData("Aspire's names", "GET", "Host: orders.dev.localhost:5000")]
    [InlineData("configured name", "GET", "Host: SHOP.test")]
    [InlineData("address bar", "GET", "Host: localhost:5000|Sec-Fetch-Site: none|Sec-Fetch-Mode: navigate|Sec-Fetch-Dest: document")]
    [InlineData("own page reads", "GET", "Host: localhost:5000|Sec-Fetch-Site: same-origin|Referer: http://localhost:5000/a")]
    [InlineData("own page writes", "POST", "Host: localhost:5000|Origin: http://localhost:5000|Sec-Fetch-Site: same-origin")]
    [InlineData("another front door's page, by CORS", "POST", "Host: localhost:5000|Origin: http://localhost:3000|Sec-Fetch-Site: same-site")]
    [InlineData("its images", "GET", "Host: localhost:5000|Sec-Fetch-Site: same-site|Sec-Fetch-Mode: no-cors|Referer: http://localhost:3000/")]
    [InlineData("dashboard over https", "GET", "Host: localhost:5000|Origin: https://localhost:17000|Sec-Fetch-Site: cross-site")]
    [InlineData("a link that was clicked", "GET", "Host: localhost:5000|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate|Sec-Fetch-Dest: document|Referer: https://evil.example/")]
    [InlineData("sign-in at a configured host comes back", "POST", "Host: localhost:5000|Origin: https://shop.test|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate|Sec-Fetch-Dest: document")]
    public void Fault_ThePersonAtTheBrowser_IsNone(string what, string method, string headers) => Assert.True(Rules.Fault(method, Parse(headers)) is null, what);

    [Theory]
    [InlineData("DNS rebinding", "GET", "Host: evil.example:5000", "Host")]
    [InlineData("two hosts", "GET", "Host: localhost|Host: localhost", "Host")]
    [InlineData("name that ends alike", "GET", "Host: evillocalhost", "Host")]
    [InlineData("name that begins alike", "GET", "Host: 127.0.0.1.evil.example", "Host")]
    [InlineData("foreign form", "POST", "Host: localhost:5000|Origin: https://evil.example|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate|Sec-Fetch-Dest: document", "Origin")]
    [InlineData("foreign fetch", "GET", "Host: localhost:5000|Origin: https://evil.example", "Origin")]
    [InlineData("foreign WebSocket", "GET", "Host: localhost:5000|Origin: https://evil.example|Upgrade: websocket", "Origin")]
    [InlineData("sandboxed frame", "POST", "Host: localhost:5000|Origin: null", "Origin")]
    [InlineData("userinfo trick", "POST", "Host: localhost:5000|Origin: http://localhost@evil.example", "Origin")]
    [InlineData("two origins", "POST", "Host: localhost:5000|Origin: http://localhost|Origin: https://evil.example", "Origin")]
    [InlineData("foreign image", "GET", "Host: localhost:5000|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: no-cors|Sec-Fetch-Dest: image", "Sec-Fetch-Site")]
    [InlineData("foreign frame", "GET", "Host: localhost:5000|Sec-Fetch-Site: cross-site|Sec-Fetch-Mode: navigate|Sec-Fetch-Dest: iframe", "Sec-Fetch-Site")]
    [InlineData("foreign image with referer", "GET", "Host: localhost:5000|Sec-Fetch-Site: cross-site|Referer: https://evil.example/", "Referer")]
    [InlineData("old browser", "GET", "Host: shop.test|Referer: http://evil.example/", "Referer")]
    public void Fault_SomebodyElsesPage_NamesTheHeader(string what, string method, string headers, string named)
    {
        var fault = Rules.Fault(method, Parse(headers));

        Assert.NotNull(fault);
        Assert.True(fault.StartsWith(named, StringComparison.Ordinal), $"{what}: {fault}");
    }

    private static HeaderDictionary Parse(string text)
    {
        var headers = new HeaderDictionary();
        foreach (var line in text.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = line.IndexOf(": ", StringComparison.Ordinal);
            headers.Append(line[..colon], line[(colon + 2)..]);
        }

        return headers;
    }
}
