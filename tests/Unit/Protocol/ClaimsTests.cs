using System.Text;
using Datagen.Protocol;
using Unit.World;

namespace Unit.Protocol;

public sealed class ClaimsTests
{
    public static TheoryData<string, string> Groups
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in Table.Rows("Unit/Protocol/claims.tsv")) data.Add(row[0], row[1]);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Groups_are_taken_as_what_they_mean(string json, string right)
    {
        var claims = Claims.Parse(Encoding.UTF8.GetBytes(json));

        var shown = claims.AllGroups() is { Count: > 0 } groups ? string.Join(", ", groups) : "none";
        Assert.Equal(right, claims.HasTooManyGroups ? $"{shown}, and a warning that there are too many for the token" : shown);
    }

    [Theory]
    [InlineData("""{"groups":["a"],"_claim_names":{"groups":"src1"}}""", false)]
    [InlineData("""{"groups":[],"_claim_names":{"groups":"src1"}}""", true)]
    [InlineData("""{"_claim_names":{"other":"src1"}}""", false)]
    [InlineData("""{"_claim_names":"groups"}""", false)]
    [InlineData("""{"_claim_names":["groups"]}""", false)]
    public void Too_many_groups_are_those_that_are_elsewhere(string json, bool tooMany) =>
        Assert.Equal(tooMany, Claims.Parse(Encoding.UTF8.GetBytes(json)).HasTooManyGroups);

    [Theory]
    [InlineData("""{"email":null}""")]
    [InlineData("""{"email":7}""")]
    [InlineData("""{"email":{"value":["you@example.com"]}}""")]
    [InlineData("""{"email":["you@example.com"],"default_org_slug":[{}],"sub":{}}""")]
    public void A_claim_of_another_type_is_as_good_as_absent(string json)
    {
        var claims = Claims.Parse(Encoding.UTF8.GetBytes(json));

        Assert.Equal((null, null, null), (claims.Email, claims.Sub, claims.DefaultOrgSlug));
    }

    [Theory]
    [InlineData("\"\"")]
    [InlineData("{}")]
    [InlineData("1")]
    public void Memberships_that_are_no_array_are_named(string memberships) =>
        Assert.StartsWith(
            "the claim memberships is not an array",
            Assert.Throws<System.Text.Json.JsonException>(() => Claims.Parse(Encoding.UTF8.GetBytes($$"""{"memberships":{{memberships}}}"""))).Message,
            StringComparison.Ordinal);
}
