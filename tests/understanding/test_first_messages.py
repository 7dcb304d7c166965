"""Which matter a first message is about: however a story is told, whatever stands in it in passing; and what only looks like it."""

from __future__ import annotations

import pytest

from app.understanding.decision import Decision, State
from app.understanding.dialogue import decide
from app.understanding.leaning import AWAY, TOWARD, Leaning, Leanings, pattern
from app.understanding.reader import Reader

# Each line: the matter (or several that are right, or «!» what it is never), and what was written.
STORMS = """
event:thien-tai Hôm bão số 13 vô, nhà tui ở thôn dưới bị tốc mất nửa cái mái tôn, nước lụt ngập tới bụng, con trâu nái với hai con nghé trôi mất tiêu, giờ chỉ còn cái nhà không, xã có hỗ trợ chi cho nhà tui không rứa
event:thien-tai Nhà tui bị bão giật sập hết, cả nhà ở nhờ trường học ba bữa ni rồi, tui hỏi xã có tiền làm lại nhà không
event:thien-tai Đợt lũ rồi nước vô tới nóc, tivi tủ lạnh bàn ghế trôi sạch không còn cái chi. Tụi em ở trọ thì có được chi không
event:thien-tai lúa ngâm nước thối hết 5 sào, nhà nước có hỗ trợ giống chi không rứa
event:thien-tai lụt cuốn trôi hết cá lồng có đền không
event:thien-tai gió giật bay hết mái tôn rồi, xã có cho tiền làm lại không
event:thien-tai nước lụt vô nhà trôi hết đồ đạc, nhà nước có giúp gì không
event:thien-tai nhà nước có hỗ trợ chi không, nhà tui bị lũ cuốn sập cái bếp với chuồng heo
event:thien-tai bao vo nha em sap het tuong roi, xa co ho tro tien khong
event:thien-tai trận lốc hôm qua tốc sạch mái nhà em, em hỏi có được hỗ trợ tôn không
event:thien-tai ruộng nhà tôi ngập úng thối hết lúa, xã có cho giống lại không
event:thien-tai ao cá nhà em nước lũ tràn bờ trôi hết cá, xin hỗ trợ ở đâu
event:thien-tai nha tro em o bi ngap hu het do, chu tro khong den, phuong co giup gi khong
1.012786 sổ đỏ nhà em bị lũ cuốn trôi mất rồi, giờ xin cấp lại ở đâu
1.014064 căn cước của em bị lụt trôi mất rồi, làm lại ở đâu
1.011607 bão làm sập nhà, chừ tui xin vô hộ nghèo liền được không
1.001731|event:nguoi-than-mat chồng em bị lũ cuốn chết, có được tiền mai táng không
!event:thien-tai nước máy nhà em bị cúp, có được giảm tiền không
!event:thien-tai hàng xóm xây nhà làm nứt tường nhà tui mưa lớn ngập hết, tui đòi đền ở đâu
event:thien-tai Nhà cháu ở ven sông, đêm qua nước dâng cao quá ngập tới mái, tủ lạnh máy giặt hỏng hết, xã có chế độ gì không ạ
event:thien-tai vườn chuối nhà em bị gió quật gãy rạp hết, xin hỗ trợ được không
event:thien-tai đàn gà 500 con chết sạch sau trận lụt, nhà nước có đền không
event:thien-tai nuoc lut len tan noc lua trong kho uot het, xa co phat gao khong
event:thien-tai quán bún của em bị bão giật sập, em có được hỗ trợ đồng nào không
event:thien-tai mưa lớn sạt mất nửa cái sân với bờ rào, ai hỗ trợ
event:thien-tai tôm nuôi của ba em chết hết do nước lụt, có được bồi thường không
event:thien-tai bị lụt hư hết đồ, được nhận mấy tiền
event:thien-tai hoa màu ngập hết, xã đền bao nhiêu
event:thien-tai chuồng trại nhà tui bị lốc cuốn, có ai giúp không hè
event:mat-giay-to|1.014064|2.000635 lũ cuốn hết giấy tờ trong nhà giờ làm lại sao
1.001612|1.001570|1.001266|!event:thien-tai quán em bị ngập nên tạm nghỉ bán 2 tháng, báo ở đâu
!event:thien-tai nước lên nhanh quá ngập tới nóc rồi, đồ trôi hết, nhà em đang kẹt, xã hỗ trợ với
"""
GUARDIANS = """
1.004837|2.001944 cháu tui ba mạ nó đi làm Sài Gòn bị tai nạn chết cả hai, chừ cháu ở với hai vợ chồng tui là ôn mệ ngoại. Trường hắn bảo phải có giấy chi đó để tui đứng ra ký. Tui phải xin giấy chi, có phải nhận nó làm con nuôi không
1.004837 em muốn nhận con của em ruột em mà chồng em không chịu ký, em nuôi hắn từ nhỏ tới lớn. chừ chỉ muốn đứng tên giám hộ thôi
1.004845|1.004837 Cha tui làm giám hộ cho đứa cháu mồ côi mấy năm ni, chừ cha tui già yếu rồi, muốn chuyển qua cho tui
1.004837 ba mẹ cháu mất hết rồi, bà nội nuôi, ngân hàng bảo phải có người giám hộ đứng ra ký
1.004837 cháu ngoại tôi mồ côi, giờ đi học trường đòi giấy để tôi đứng ra ký thay cha mẹ, tôi xin giấy gì
1.004837 tui không nhận nó làm con nuôi, chỉ xin làm giám hộ cho cháu thôi
1.004837 em chỉ muốn làm người giám hộ cho em trai em 15 tuổi, cha mẹ mất rồi
1.004837 chau toi cha me chet ca hai, truong bao phai co giay giam ho toi moi duoc ky
1.004845 bà nội đang làm giám hộ cho cháu, nay bà yếu muốn chuyển cho chú út
1.004845 muốn đổi người giám hộ cho cháu thì làm sao
2.001263 vợ chồng em muốn nhận cháu mồ côi làm con nuôi
1.001776 cháu tôi mồ côi cả cha lẫn mẹ xin trợ cấp hằng tháng ở đâu
2.001406 cha mẹ mất hết rồi, anh em ký giấy chia đất ở đâu
1.004845 chấm dứt giám hộ cho cháu đủ 18 tuổi
1.004837 mẹ tôi bị lẫn không nhận ra ai nữa, tôi muốn đứng ra lo giấy tờ nhà đất thay mẹ
1.004837 ba em tai biến hôn mê, em muốn ký thay ba giấy tờ ngân hàng
2.001019 bà nội tôi còn minh mẫn muốn lập di chúc
1.004837 Chị gái tôi mất, anh rể mất trước đó rồi, để lại hai cháu nhỏ, tôi là cậu muốn đứng ra làm giám hộ cho các cháu thì cần giấy tờ gì
1.004837 bố mẹ bạn ấy mất cả, bà ngoại 70 tuổi nuôi, đi làm hồ sơ bảo hiểm họ đòi người giám hộ ký thay
1.004837 ông nội tui muốn làm giám hộ cho cháu nội, mẹ nó bỏ đi, cha nó chết rồi
2.001263 tui nuôi cháu từ nhỏ, cha mẹ nó mất, chừ tui muốn nhận nó làm con nuôi luôn
1.001669 em gái tôi quốc tịch Mỹ muốn làm giám hộ cho cháu
3.000323 cử người giám sát việc giám hộ
"""
NEIGHBOURS = """
2.002189 con gái tui lấy chồng bên Lào, cưới đăng ký bên nớ rồi, chừ về xã mình ghi lại làm răng
2.000528 Con tui sinh ở bên Lào, cha nó là người Lào, chừ hai mẹ con về ở với ôn mệ ngoại xã biên giới, cháu chưa có khai sinh chi hết
1.000253 khách bên Lào qua nhà tui ngủ hai đêm, khai báo ở mô
2.000806 Bạn trai em người Lào, tụi em muốn kết hôn mà nhà em ở Đà Nẵng chớ không ở biên giới, làm ở mô
1.001193 khai sinh con tui chưa từng làm, nó 7 tuổi rồi ở trên rẫy
2.002189 em cưới chồng bên Campuchia, đăng ký bên đó rồi, giờ về ghi lại ở xã mình
2.002189 con trai tôi kết hôn ở Nhật rồi, giờ muốn ghi chú kết hôn
2.000528 con em sinh bên Thái Lan, giờ về Việt Nam chưa có khai sinh
2.000528 cháu đẻ ở bên Lào, cha Lào mẹ Việt, chừ về đây chưa khai sinh
1.000253 bà con bên Campuchia qua nhà em ở lại ba đêm, em khai báo ở đâu
1.000253 có mấy người Lào ngủ lại nhà tui, phải khai báo không
2.001159 khách ở Huế vô nhà tui ngủ hai đêm, khai báo ở mô
1.000094 em ở xã biên giới muốn cưới anh người Lào ở bản bên kia
2.000806 người yêu em là người Lào, nhà em không ở vùng biên giới, đăng ký kết hôn ở đâu
2.000547 con tôi sinh ở Mỹ đã có giấy khai sinh Mỹ rồi, về Việt Nam ghi vào sổ ở đâu
1.001193 con em 5 tuổi rồi mà chưa làm khai sinh
1.001193 khai sinh cho đứa cháu chưa làm, nay nó 6 tuổi rồi sắp đi học
1.004772 tui 50 tuổi rồi mà chưa từng làm khai sinh
1.004884|family:lam-lai-giay-khai-sinh|2.000635 con em 7 tuổi bị mất giấy khai sinh
2.002189 em lấy vợ bên Thái Lan, cưới bên đó rồi giờ về ghi chú lại
2.000528 cháu tui đẻ bên Campuchia, mẹ nó người bển, giờ về đây làm khai sinh
1.000110 em ở xã biên giới, chồng người Lào bản bên kia, sinh con ở đây muốn khai sinh
1.000253 thằng bạn người Lào qua nhà tui ở chơi vài bữa phải báo ai
1.001193 cháu tôi 3 tuổi sống với bà chưa có giấy khai sinh
1.001193 con tui lên 8 tuổi mà hồi trước đẻ ở rẫy chưa khai sinh, chừ làm răng
1.004772 mẹ tui 70 tuổi chưa có khai sinh
"""
PAPERS = """
2.001659 Ghe tui đánh cá ven sông bị lụt cuốn chìm mất luôn, giờ cái giấy đăng ký còn đây mà ghe không còn. Chừ tui phải báo chi không
1.013228 giấy phép xây dựng bị mối ăn hết rồi mà nhà chưa xây xong
2.000942 mất bản gốc hợp đồng mua đất có chứng thực ở xã, xin lại
2.000913 hợp đồng cho đất con trai chứng thực rồi mà giờ đổi ý không cho nữa
2.001659 ghe tui bị sóng đánh chìm, ghe không còn nữa, giấy đăng ký còn giữ, phải làm gì
2.001659 chiếc đò cũ mục nát bán sắt vụn rồi, muốn xóa đăng ký
1.003930 giấy đăng ký ghe bị nước cuốn mất rồi, xin lại
event:thien-tai ghe bị sóng đánh chìm trong bão có được hỗ trợ không
1.013228 giấy phép xây dựng của em bị mất, xin cấp lại
1.013228 giay phep xay dung bi chuot can rach roi lam lai sao
1.013225 xin giấy phép xây nhà mới
2.000942 hợp đồng tặng cho đất chứng thực ở xã bị mất bản chính, xin bản sao được không
2.000942 làm mất hợp đồng mua nhà đã công chứng ở phường, xin lại ở đâu
2.000913 hợp đồng bán đất chứng thực rồi mà giờ không bán nữa
2.000913 hai bên ký hợp đồng thuê nhà có chứng thực xong giờ đổi ý muốn hủy
2.001035 chứng thực hợp đồng mua bán đất
2.001659 thuyền nhà tôi cháy rụi rồi, giờ xóa đăng ký ở đâu
2.001659 ghe bán sắt vụn rồi, giấy tờ còn giữ thì trả lại ở đâu
2.000942 cháy nhà mất hợp đồng mua bán có chứng thực của xã, xin bản khác
2.000913 đã chứng thực hợp đồng cho con đất rồi mà giờ muốn hủy
"""
POOR_LIST = """
1.011607|unknown|family:ho-ngheo|clarify Nhà tau có giấy hộ nghèo mà con chuột cắn rách mất rồi, xin lại răng
1.011607|unknown|clarify giấy chứng nhận hộ nghèo bị mất xin lại ở mô
1.011607|unknown|clarify mất giấy xác nhận hộ cận nghèo xin lại ở mô
2.002409 nhà tui năm ngoái còn hộ nghèo mà năm ni họ gạch tên, tui không đồng ý, tui phải kiện ai
1.011607 giấy hộ nghèo bị ướt nát hết rồi xin lại được không
1.011607 sổ hộ nghèo bị mất giờ làm lại ở đâu
1.011607 so ho ngheo bi chuot can rach roi, xin lai sao
1.011607 mất sổ hộ cận nghèo thì xin lại ở đâu
1.011607|family:ho-ngheo tui làm mất giấy chứng nhận hộ cận nghèo rồi
2.002409 nhà tôi bị gạch tên khỏi danh sách hộ nghèo, tôi không đồng ý thì khiếu nại ở đâu
2.002409 xã loại nhà em ra khỏi hộ cận nghèo, vô lý quá, em muốn khiếu nại
1.011608|family:ho-ngheo xin ra khỏi hộ nghèo
1.011607|family:ho-ngheo|1.011606 làm giấy hộ nghèo ở đâu
!1.011607 nhà hộ nghèo bị mất căn cước làm lại có mất tiền không
2.002409 sao nhà tôi nghèo vậy mà bị cắt hộ nghèo, không đúng, tôi muốn thưa
1.011607 thẻ hộ nghèo bị rách
1.011607 giay ho ngheo bi mat, xin lai o dau
1.011608|family:ho-ngheo|1.011606 nhà em hết nghèo rồi muốn rút tên khỏi hộ nghèo
"""
LAND = """
1.013831|2.001035 tui có đất rừng sản xuất 1 ha muốn sang cho con trai
1.013831|2.001035 tui muốn cho con trai tui miếng đất rừng trồng keo có sổ rồi
1.013831|2.001035 vợ chồng tui có sổ đất rừng, muốn bán lại cho người trong làng
1.013967 Hai nhà giành nhau cái lối đi ra suối, xã hòa giải rồi mà không xong, giờ gửi đơn cho ai, chủ tịch xã hay tòa
1.013831|2.001035 có miếng rừng keo muốn bán lại cho người quen
1.013831|2.001035 đất rừng sản xuất của ba tôi muốn sang tên cho tôi
1.013831|2.001035 chừ tui muốn tặng cho cháu đám đất rừng 2 sào
1.012694|1.013949 muốn chuyển đất rừng thành đất trồng cây
1.011471|family:viec-ve-rung|family:phuong-an-rung|3.000502 tui muốn khai thác gỗ rừng keo bán
1.013967 tranh chấp ranh đất, phường hòa giải hai lần rồi vẫn không xong, giờ gửi đơn đâu
1.013967 xã hòa giải đất rồi mà bên kia không chịu, giờ nộp đơn ở đâu
1.012812 tranh chấp lối đi với hàng xóm, muốn nhờ xã hòa giải
1.013831|2.001035 rẫy keo nhà tui có sổ, chừ sang tên cho con rể
1.013831|2.001035|2.001406|2.001019 ba tui có 2 ha đất rừng muốn chia cho ba anh em
1.013978 đất rừng chưa có sổ, muốn làm sổ
1.013967 phường hòa giải tranh chấp đất mấy lần không thành, giờ gửi chủ tịch hay tòa
1.012812 hàng xóm lấn đất, xin xã hòa giải
"""
VILLAGE = """
1.014832 dân làng tui muốn được giao khoảnh rừng sau làng để giữ, hỏi xã thủ tục răng
!1.003645 Làng tui bầu trưởng thôn mới, có cần lên xã làm giấy chi không
elsewhere:vay-ngan-hang-chinh-sach nhà tui người Cơ Tu vay vốn nuôi trâu ở mô
1.012223 Tôi là già làng, dân bầu tôi làm người có uy tín mấy năm rồi. Giờ tôi yếu, muốn nghỉ để cho người khác
2.000635 khai sinh con tui mất rồi, xin lại ở mô, tui đang ở Quảng Nam mà sinh ở Huế
1.004837|intent:law_advice|elsewhere:kien-tung-dan-su Mệ nội tui ở một mình, năm ni 85 tuổi rồi. Mệ lẩn rồi, ai hỏi chi cũng không biết. Chừ có cái sổ tiết kiệm với miếng đất, tui muốn được đứng ra lo cho mệ
1.004222 đi làm Sài Gòn 2 năm chừ về quê ở luôn, hộ khẩu bị xóa rồi, muốn nhập lại
elsewhere:hoc-sinh-ban-tru con học trường bán trú trên xã, nhà xa, có được hỗ trợ gạo không
elsewhere:hoc-sinh-ban-tru nhà xa trường 12 cây số, con tui học lớp 7, có được tiền hỗ trợ không
elsewhere:hoc-sinh-ban-tru con em hoc ban tru co duoc ho tro tien an khong
1.001622 con em học mẫu giáo hộ nghèo, xin tiền ăn trưa ở đâu
5.003848 xã muốn thành lập trường dân tộc bán trú thì làm sao
1.014832 thôn tui xin nhận rừng để bảo vệ thì làm thủ tục gì
family:le-hoi|1.003622|1.013791 hội làng
1.012223 già làng yếu rồi xin thôi làm người có uy tín để người khác thay
1.012222 thôn tui bầu người có uy tín, làm giấy ở mô
family:lam-lai-giay-khai-sinh|2.000635 khai sinh của em bị mất, xin lại ở đâu
1.004222 hộ khẩu tui bị xóa rồi giờ muốn nhập lại
1.004222 đi nước ngoài về, thường trú đã bị xóa, muốn đăng ký lại
1.003197 xin xóa hộ khẩu cho con đã chuyển đi
elsewhere:hoc-sinh-ban-tru cháu tui học trường bán trú được mấy ký gạo
1.014832 làng tui muốn nhận rừng cộng đồng để bảo vệ
elsewhere:vay-ngan-hang-chinh-sach muốn vay tiền nuôi heo thì hỏi ai
1.012223 ông già làng chết rồi, làng muốn bầu người có uy tín khác thay
1.012968 trường cấp 2 muốn giải thể
"""
ABROAD = """
1.004222 Tôi là Việt kiều Mỹ mới về nước, tôi còn quốc tịch Việt Nam nhưng hộ chiếu Việt Nam hết hạn, tôi muốn nhập hộ khẩu vào nhà em gái tôi, cần giấy tờ gì
1.004222 Tôi là Việt kiều Pháp, có hộ chiếu Việt Nam còn hạn, muốn đăng ký thường trú ở nhà mẹ tôi, có được không?
1.004194 Tôi thường trú ở Hà Nội, vào đây ở nhà con gái tôi 6 tháng trông cháu, có phải khai báo gì không ạ?
1.004222 em là Việt kiều Đức về ở luôn, còn hộ chiếu Việt Nam, muốn đăng ký thường trú
1.004222 tôi định cư ở Úc 20 năm nay về hẳn Việt Nam, muốn nhập khẩu vào nhà con trai
1.004222 viet kieu my con quoc tich viet nam muon nhap ho khau nha me
1.004222 anh tôi sống bên Nga mới về, hộ chiếu Việt Nam còn hạn, muốn nhập hộ khẩu về nhà ba mẹ
2.000806 em muốn kết hôn với Việt kiều Mỹ
elsewhere:quoc-tich tôi là Việt kiều muốn xin trở lại quốc tịch Việt Nam
1.004194 hộ khẩu tôi ở Nghệ An, ra đây ở với con trai 3 tháng trông cháu thì khai báo thế nào
1.004194 tôi thường trú ở Huế, vô đây ở nhà em gái nửa năm chữa bệnh, cần đăng ký gì không
1.004194 thuong tru o ha noi vao day o nha con 5 thang co phai khai bao gi khong
1.004222 tôi thường trú ở Hà Nội, giờ vào đây ở luôn với con gái, muốn nhập hộ khẩu
2.001159 mẹ tôi thường trú ở Huế vô chơi với tôi một tuần có phải khai báo không
1.004194 em thuê trọ ở phường này có phải khai báo gì không
!1.004194 nhà em cho thuê trọ, có khách tới thuê thì khai báo gì
1.004222 con gái tôi định cư bên Pháp giờ về nước sinh sống, vẫn quốc tịch Việt Nam, cho nhập hộ khẩu nhà tôi được không
1.004222 toi di xuat khau lao dong ben nhat 5 nam ve bi xoa ho khau, gio nhap lai sao
1.004222 kiều bào hồi hương đăng ký thường trú ở nhà anh trai cần gì
1.000253 việt kiều Mỹ về chơi ngủ nhà tôi một tháng có phải khai báo không
elsewhere:ho-chieu hộ chiếu Việt Nam của tôi hết hạn làm lại ở đâu
1.004194 bố tôi hộ khẩu Thái Bình vào ở với vợ chồng tôi 4 tháng, có cần đăng ký tạm trú không
1.004194 mẹ em ở quê ra ở nhờ nhà em 2 tháng chăm cháu có phải khai báo gì không
1.004194 ở nhờ nhà bà con ba tháng đi làm công trình có phải khai báo không
2.001159 bạn em ngủ lại nhà em hai đêm có phải khai báo không
"""
ELSEWHERE = """
elsewhere:bao-hiem-y-te Tôi là cựu chiến binh 65 tuổi, nhà thuộc diện cận nghèo, tôi có được bảo hiểm y tế miễn phí không?
elsewhere:bao-hiem-y-te Cho tôi hỏi mẹ tôi 82 tuổi chưa có thẻ bảo hiểm y tế thì làm ở đâu?
elsewhere:chuyen-truong Con trai tôi đang học lớp 8 ở Nam Định, gia đình chuyển vào đây, muốn chuyển trường cho cháu
elsewhere:bao-hiem-y-te nhà cận nghèo có được bảo hiểm y tế miễn phí không
elsewhere:bao-hiem-y-te tôi 70 tuổi chưa có bảo hiểm y tế thì làm ở đâu
elsewhere:bao-hiem-y-te ba em bị bệnh thận, nhà khó khăn, muốn mua bảo hiểm y tế thì mua ở đâu
elsewhere:chuyen-truong nhà em mới dọn về phường mình, con đang học lớp 4, em muốn chuyển trường cho bé về gần nhà
elsewhere:chuyen-truong con tui học lớp 7 ở quê, muốn xin chuyển trường vô đây học
elsewhere:vay-ngan-hang-chinh-sach hộ nghèo vay vốn nuôi bò ở đâu
3.000182 đăng ký cho con vào lớp 6 trường gần nhà
elsewhere:bao-hiem-y-te cựu chiến binh có được cấp thẻ bảo hiểm y tế không
elsewhere:bao-hiem-y-te sinh viên ở trọ mua bhyt ở đâu
elsewhere:chuyen-truong xin chuyển trường cho con cần giấy tờ gì
elsewhere:chuyen-truong chuyen truong lop 8 tu nam dinh vao da nang
"""
ACT_BEFORE_BACKGROUND = """
1.009141 Tôi xây nhà xong rồi, chủ nhà nhờ tôi xin số nhà, làm ở đâu?
2.000547 Vợ chồng tôi sống ở Úc, con tôi sinh bên Úc nay cháu đã có giấy khai sinh Úc rồi, giờ về Việt Nam muốn làm khai sinh cho cháu
2.000635 Tôi ly hôn rồi giờ muốn lấy lại giấy đăng ký kết hôn bản chính bị mất để nộp toà
!answer Tôi tìm lại được giấy khai sinh rồi, không cần cấp lại nữa
1.004194 trong thời gian xây tôi thuê nhà ở phường bên, có phải khai báo gì không
1.001612|event:mo-quan mở một quán cơm
1.009141 nhà em xây xong chưa có số nhà, xin cấp số nhà ở đâu
1.009141 xin so nha moi xay can gi
2.000635 em ly hôn 2 năm rồi giờ cần xin lại giấy kết hôn bị mất
elsewhere:ly-hon-toa-an muốn ly hôn mà mất giấy kết hôn thì nộp đơn ở đâu
found_again em tìm thấy căn cước rồi, khỏi cần làm lại nữa
found_again tui kiếm ra sổ đỏ rồi, không phải xin lại nữa nha
!found_again em tìm lại được bằng lái cũ, giờ có hai bằng thì nộp lại ở đâu
1.001612|event:mo-quan mở một tiệm tạp hóa
1.009141 mới mua nhà chưa có số nhà, xin ở đâu
1.013225 xin giấy phép xây nhà
2.000635 tôi đã ly hôn, tòa đòi bản chính giấy kết hôn mà tôi mất rồi, xin lại ở đâu
2.000547 cháu sinh ở Đức có giấy khai sinh Đức rồi, giờ về xã ghi vào sổ
found_again kiếm được cái ví rồi, thôi khỏi làm lại nữa
"""


def _lines(block: str) -> list[tuple[str, str]]:
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in block.strip().splitlines()]


ALL = [
    line
    for block in (STORMS, GUARDIANS, NEIGHBOURS, PAPERS, POOR_LIST, LAND, VILLAGE, ABROAD, ELSEWHERE, ACT_BEFORE_BACKGROUND)
    for line in _lines(block)
]


def _said(decision: Decision) -> set[str]:
    first = decision.codes[0] if decision.codes and decision.outcome == "answer" and decision.target is None else ""
    return {decision.target or decision.family or first or decision.outcome, decision.outcome, decision.intent}


@pytest.mark.parametrize(("meant", "text"), ALL, ids=[text for _, text in ALL])
def test_what_a_first_message_is_about(reader: Reader, meant: str, text: str) -> None:
    said = _said(decide(reader, text, State()))
    if meant.startswith("!"):
        assert meant[1:] not in said
    else:
        assert said & set(meant.split("|"))


def test_some_signs_are_believed_in_a_story_too() -> None:
    """And in a message that sets one matter against another; all others are not."""
    sure, other = Leaning(pattern("giám hộ", {}), toward=("a",), away=("b",), anyhow=True), Leaning(pattern("con nuôi", {}), toward=("c",))
    leanings = Leanings([sure, other], silence=pattern("không phải", {}))
    assert leanings.of("làm giám hộ chứ không phải con nuôi") == {"a": TOWARD, "b": -AWAY}
    assert leanings.of("nhà tui " * 20 + "xin giám hộ con nuôi") == {"a": TOWARD, "b": -AWAY}
    assert leanings.of("giám hộ và con nuôi") == {"a": TOWARD, "b": -AWAY, "c": TOWARD}


def test_what_certain_words_lead_to_is_ours(reader: Reader) -> None:
    """«Hộ chiếu», «quốc tịch» in passing make no other agency's matter of it."""
    reading = reader.read("tôi là Việt kiều Mỹ, còn quốc tịch Việt Nam, hộ chiếu hết hạn, muốn nhập hộ khẩu nhà em gái")
    assert reading.leant
    assert reader.foreign(reading)[0] == 0.0
