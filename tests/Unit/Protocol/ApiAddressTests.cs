using Datagen.Auth;
using Datagen.Commands;
using Datagen.Console;
using Datagen.Protocol;

namespace Unit.Protocol;

public class ApiAddressTests
{
    private static readonly Uri s_api = new("https://api.example/base");

    [Theory]
    [InlineData("/v1", "https://api.example/base/v1")]
    [InlineData("v1?x=a:b//c/../d", "https://api.example/base/v1?x=a:b//c/../d")]
    [InlineData("/a/b/../c", "https://api.example/base/a/c")]
    [InlineData("/a/%2e%2e/c", "https://api.example/base/c")]
    [InlineData("/größe", "https://api.example/base/gr%C3%B6%C3%9Fe")]
    public void Of_a_path(string path, string address)
    {
        Assert.Null(ApiAddress.Fault(path));
        Assert.Equal(address, ApiAddress.Of(s_api, path).AbsoluteUri);
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://api.example/base/v1")]
    [InlineData("x:y/z")]
    [InlineData("//api.example/base")]
    [InlineData("/\\evil.example")]
    [InlineData("../x")]
    [InlineData("/a/../../x")]
    [InlineData("/a/%2e%2E/..")]
    [InlineData("/a%2f..%2f..%2fx")]
    [InlineData("/%5c..")]
    [InlineData("/a\tb")]
    [InlineData("/a\u0085b")]
    [InlineData("/a#b")]
    public void What_is_no_path(string path) => Assert.NotNull(ApiAddress.Fault(path));

    [Theory]
    [InlineData("?page=2", "https://api.example/base/list?page=2")]
    [InlineData("/base/list?page=2", "https://api.example/base/list?page=2")]
    [InlineData("https://API.example:443/base/x", "https://api.example/base/x")]
    [InlineData("http://api.example/base/x", null)]
    [InlineData("https://api.example:444/base/x", null)]
    [InlineData("https://a@api.example/base/x", null)]
    [InlineData("https://api.example.evil/base/x", null)]
    [InlineData("https://api.example/basement/x", null)]
    [InlineData("https://api.example/base", null)]
    [InlineData("https://api.example/base/..%2fx", null)]
    [InlineData("/x", null)]
    [InlineData("//evil.example/base/x", null)]
    [InlineData("\\\\evil.example/base/x", null)]
    [InlineData("javascript:x", null)]
    public void Of_a_link(string target, string? address)
    {
        var current = new Uri("https://api.example/base/list");
        if (address is null) Assert.Throws<AuthException>(() => ApiAddress.Linked(s_api, current, target));
        else Assert.Equal(address, ApiAddress.Linked(s_api, current, target).AbsoluteUri);
    }

    [Theory]
    [InlineData("</n>; rel=next", "/n")]
    [InlineData("</n>;rel=\"next\"", "/n")]
    [InlineData("</p>; rel=\"prev\", </n?a,b=1>; rel=\"x NEXT\"", "/n?a,b=1")]
    [InlineData("</p>; title=\"a \\\", </e>; rel=next\"; rel=last, </n>; rel=next", "/n")]
    [InlineData("</p>; rel=prev; rel=next", null)]
    [InlineData("</n>; anchor; rel=next", "/n")]
    [InlineData("</n>; rel=nextish", null)]
    [InlineData("</n", null)]
    [InlineData("n; rel=next", null)]
    [InlineData("</a>; rel=\"unclosed", null)]
    [InlineData("", null)]
    [InlineData(",,</n>; rel=next,,", "/n")]
    public void The_next_of_a_link_header(string header, string? target) => Assert.Equal(target, LinkHeader.Next([header]));

    [Fact]
    public void The_next_of_several_link_headers() => Assert.Equal("/n", LinkHeader.Next(["</a>; rel=prev", "</n>; rel=next"]));

    [Theory]
    [InlineData("A: b", "A", "b")]
    [InlineData("a-b_c.1:", "a-b_c.1", "")]
    [InlineData("A:  b: c ", "A", "b: c")]
    public void A_header(string text, string name, string value) =>
        Assert.Equal(new(name, value), ApiCommand.ParseHeader(text));

    [Theory]
    [InlineData("A")]
    [InlineData(": b")]
    [InlineData("A : b")]
    [InlineData("A(: b")]
    [InlineData("A: b\n")]
    [InlineData("A: ü")]
    [InlineData("proxy-authorization: x")]
    public void What_is_no_header(string text) => Assert.Throws<UsageException>(() => ApiCommand.ParseHeader(text));
}
