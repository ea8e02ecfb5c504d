using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Datagen.Trust;

namespace Trust;

public class PemFileTests
{
    [Fact]
    public void Parses_only_what_is_wanted()
    {
        var roots = Enumerable.Range(0, 50).Select(number => new Entity($"Root {number}", KeyKind.EllipticCurve, 1).SelfSigned()).ToArray();
        var found = new X509Certificate2Collection();

        PemFile.Collect(Bytes(string.Concat(roots.Select(CertificateCase.Pem))), [PemFile.Fold(roots[7].SubjectName.RawData)], found);

        Assert.Equal(roots[7], Assert.Single(found));
    }

    [Fact]
    public void Parses_all_for_a_name_that_is_hard_to_compare()
    {
        var roots = Enumerable.Range(0, 5).Select(number => new Entity($"Root {number}", KeyKind.EllipticCurve, 1).SelfSigned()).ToArray();
        var found = new X509Certificate2Collection();

        PemFile.Collect(Bytes(string.Concat(roots.Select(CertificateCase.Pem))), [null], found);

        Assert.Equal(5, found.Count);
    }

    [Theory]
    [InlineData("Some Root", UniversalTagNumber.PrintableString, true)]
    [InlineData("some root", UniversalTagNumber.IA5String, true)]
    [InlineData(" SOME   root ", UniversalTagNumber.T61String, true)]
    [InlineData("Some Root", UniversalTagNumber.VisibleString, true)]
    [InlineData("Some Root 2", UniversalTagNumber.UTF8String, false)]
    [InlineData("Some Røot", UniversalTagNumber.UTF8String, false)]
    public void Folds_what_OpenSSL_takes_for_the_same(string text, UniversalTagNumber type, bool same) => Assert.Equal(
        same, PemFile.Fold(Entity.NameOf("Some Root").RawData)!.SequenceEqual(PemFile.Fold(Entity.NameOf(text, type).RawData)!));

    [Theory]
    [InlineData("Some Root", UniversalTagNumber.BMPString)]
    [InlineData("Some Røot", UniversalTagNumber.T61String)]
    public void Gives_up_where_characters_have_other_codes(string text, UniversalTagNumber type) =>
        Assert.Null(PemFile.Fold(Entity.NameOf(text, type).RawData));

    private static byte[] Bytes(string pem) => Encoding.ASCII.GetBytes(pem);
}
